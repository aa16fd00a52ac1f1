import { Argument, Command } from "commander";
import type { Environment } from "../../config/environment.ts";
import { ProfileStore } from "../profiles/store.ts";
import { write } from "../terminal/output.ts";
import { type Candidates, candidatesFor } from "./candidates.ts";
import { SHELLS } from "./shells.ts";

const names = Object.keys(SHELLS) as Array<keyof typeof SHELLS>;

/** `roster completion` */
export function completionCommand(): Command {
  const setUps = names.map((name) => `  ${name.padEnd(5)} ${SHELLS[name].setUp}`);
  return new Command("completion")
    .description("Print what makes a shell complete commands, options and profiles.")
    .addArgument(new Argument("<shell>", "the shell").choices(names))
    .addHelpText("after", `\n${setUps.join("\n")}`)
    .action((shell: keyof typeof SHELLS) => write([SHELLS[shell].script]));
}

/** `roster complete`, which the shells call. */
export function completeCommand(env: Environment, program: Command): Command {
  const sources = { profile: () => new ProfileStore(env).list() };
  return new Command("complete")
    .argument("[words...]")
    .helpOption(false)
    .action((words: readonly string[]) => write([toLines(candidatesFor(program, words, sources))]));
}

/** There is little room beside a word. */
const DETAILS = / \((env|default)\b.*$/s;

function toLines({ values, files }: Candidates): string {
  const lines = values.map(({ value, description }) => `${value}\t${description.replace(DETAILS, "")}\n`);
  return `${lines.join("")}${files ? ":files\n" : ""}`;
}
