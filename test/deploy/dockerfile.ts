import { execFileSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { DockerfileParser, type Instruction, JSONInstruction } from "dockerfile-ast";
import { onTestFinished } from "vitest";
import { createFolder } from "../support/folder.ts";

export const ROOT = join(import.meta.dirname, "../..");

/** What the last stage of a Dockerfile says of the container. */
export interface Image {
  /** The container's root, as a plain folder. */
  readonly root: string;
  readonly user: { readonly uid: number; readonly gid: number };
  readonly env: Readonly<Record<string, string>>;
  /** With the command behind it. */
  readonly entrypoint: readonly string[];
  readonly healthcheck: readonly string[];
}

/** Stages that are not made: what they would make is in this checkout already. */
type Made = Readonly<Record<string, string>>;

/** Does the steps of this checkout's Dockerfile, each stage in a plain folder. Its base images are this machine. */
export function build(made: Made): Image {
  const stages = new Map<string, Stage>();
  let stage = new Stage("");
  for (const instruction of DockerfileParser.parse(readFileSync(join(ROOT, "Dockerfile"), "utf8")).getInstructions()) {
    const words = instruction.getArguments().map((argument) => argument.getValue());
    if (instruction.getKeyword() === "FROM") {
      stage = new Stage(words[2] ?? "");
      stages.set(stage.name, stage);
    } else if (made[stage.name] === undefined) {
      stage.run(instruction, words, (name) => made[name] ?? stages.get(name)?.root ?? "");
    }
  }
  return stage.image();
}

class Stage {
  readonly name: string;
  readonly root: string;
  #folder = "/";
  #user = "0:0";
  #env: Record<string, string> = {};
  #commands: Record<string, readonly string[]> = {};

  constructor(name: string) {
    const folder = createFolder();
    onTestFinished(() => folder.remove());
    this.name = name;
    this.root = folder.path;
    // Others than root must get there.
    chmodSync(this.root, 0o755);
  }

  run(instruction: Instruction, words: readonly string[], rootOf: (stage: string) => string): void {
    const keyword = instruction.getKeyword();
    const flags = instruction instanceof JSONInstruction ? instruction.getFlags() : [];
    const flag = (name: string) => flags.find((each) => each.getName() === name)?.getValue() ?? undefined;
    switch (keyword) {
      case "WORKDIR":
        this.#folder = words[0] ?? "";
        mkdirSync(join(this.root, this.#folder), { recursive: true });
        break;
      case "COPY":
        this.#copy(words, flag("from") === undefined ? ROOT : rootOf(flag("from") ?? ""), flag("chown"));
        break;
      case "RUN":
        execFileSync("sh", ["-c", words.join(" ")], {
          cwd: join(this.root, this.#folder),
          env: { ...process.env, npm_config_prefer_offline: "true" },
          stdio: "pipe",
        });
        break;
      case "USER":
        this.#user = words[0] ?? "";
        break;
      case "ENV":
        for (const word of words) this.#env[word.slice(0, word.indexOf("="))] = word.slice(word.indexOf("=") + 1);
        break;
      case "ENTRYPOINT":
      case "CMD":
      case "HEALTHCHECK":
        this.#commands[keyword] = JSON.parse(words.join(" ").replace(/^CMD /, ""));
        break;
    }
  }

  image(): Image {
    const [uid, gid] = this.#user.split(":").map(Number);
    const of = (keyword: string) => this.#commands[keyword] ?? [];
    return {
      root: this.root,
      user: { uid: uid ?? 0, gid: gid ?? 0 },
      env: this.#env,
      entrypoint: [...of("ENTRYPOINT"), ...of("CMD")],
      healthcheck: of("HEALTHCHECK"),
    };
  }

  #copy(words: readonly string[], from: string, owner: string | undefined): void {
    const target = join(this.root, (words.at(-1) ?? "").startsWith("/") ? "" : this.#folder, words.at(-1) ?? "");
    for (const source of words.slice(0, -1)) {
      const to = target.endsWith("/") ? join(target, basename(source)) : target;
      cpSync(join(from, source), to, { recursive: true });
    }
    if (owner !== undefined) execFileSync("chown", ["-R", owner, target]);
  }
}
