import type { Argument, Command, Option } from "commander";
import { NamesOption } from "../options/names-option.ts";

/** A word that may stand at the cursor. */
interface Candidate {
  readonly value: string;
  readonly description: string;
}

export interface Candidates {
  readonly values: readonly Candidate[];
  /** Whether names of files may stand there, too: shells know them best. */
  readonly files: boolean;
}

/** What a value is, by the placeholder of its option or argument: `<file>`, `[profile]`. */
export type Sources = Readonly<Record<string, () => readonly string[]>>;

const FILES = "file";
const NONE: Candidates = { values: [], files: false };

/** What may stand in place of the last word. `words` are those behind the name of the program. */
export function candidatesFor(program: Command, words: readonly string[], sources: Sources): Candidates {
  const current = words.at(-1) ?? "";
  const state = read(program, words.slice(0, -1));
  if (state.option !== undefined) {
    return matching(valuesAt(state.option, current, sources), current);
  }
  const [, flag = "", value] = /^(--[\w-]+)=(.*)$/s.exec(current) ?? [];
  const assigned = value === undefined || state.onlyArguments ? undefined : findOption(state.command, flag);
  if (assigned !== undefined && value !== undefined) {
    const { values, files } = matching(valuesAt(assigned, value, sources), value);
    return { values: values.map((found) => ({ ...found, value: `${flag}=${found.value}` })), files };
  }
  if (current.startsWith("-") && !state.onlyArguments) {
    return matching(optionsOf(state.command), current);
  }
  const places = placesOf(state, sources);
  // Where no word can stand, options are all that is left.
  const hasNone = places.values.length === 0 && !places.files && !state.onlyArguments && current === "";
  return hasNone && state.command.registeredArguments.length <= state.argumentCount
    ? optionsOf(state.command)
    : matching(places, current);
}

interface State {
  readonly command: Command;
  /** How many arguments the command has got. */
  readonly argumentCount: number;
  /** The one whose value comes next. */
  readonly option: Option | undefined;
  /** After `--`. */
  readonly onlyArguments: boolean;
}

/** Reads the words before the cursor as commander would. */
function read(program: Command, words: readonly string[]): State {
  const start: State = { command: program, argumentCount: 0, option: undefined, onlyArguments: false };
  return words.reduce(next, start);
}

function next(state: State, word: string): State {
  if (state.option !== undefined) {
    // bash takes `--output=json` for three words.
    return word === "=" ? state : { ...state, option: undefined };
  }
  if (word === "--") {
    return { ...state, onlyArguments: true };
  }
  if (word.startsWith("-") && !state.onlyArguments) {
    const option = findOption(state.command, word);
    return option?.required || option?.optional ? { ...state, option } : state;
  }
  const child = state.argumentCount === 0 ? findCommand(state.command, word) : undefined;
  return child === undefined ? { ...state, argumentCount: state.argumentCount + 1 } : { ...state, command: child };
}

function findOption(command: Command, flag: string): Option | undefined {
  return command.options.find(({ short, long }) => flag === short || flag === long);
}

function findCommand(command: Command, name: string): Command | undefined {
  return command.commands.find((child) => child.name() === name || child.aliases().includes(name));
}

function placesOf({ command, argumentCount }: State, sources: Sources): Candidates {
  if (command.commands.length > 0) {
    const children = command.createHelp().visibleCommands(command);
    return { values: children.map((child) => ({ value: child.name(), description: child.description() })), files: false };
  }
  const argument = command.registeredArguments[argumentCount];
  return argument === undefined ? NONE : valuesOf(argument, argument.name(), sources);
}

function optionsOf(command: Command): Candidates {
  const options = command.createHelp().visibleOptions(command);
  return {
    values: options.map(({ long, short, description }) => ({ value: long ?? short ?? "", description })),
    files: false,
  };
}

/** The values of an option that may stand where `text` is. */
function valuesAt(option: Option, text: string, sources: Sources): Candidates {
  if (!(option instanceof NamesOption)) {
    return valuesOf(option, placeholderOf(option.flags), sources);
  }
  const before = text.slice(0, text.lastIndexOf(",") + 1);
  const named = before.split(",");
  const names = option.names.filter((name) => !named.includes(name));
  return { values: names.map((name) => ({ value: `${before}${name}`, description: "" })), files: false };
}

function valuesOf({ argChoices }: Option | Argument, placeholder: string, sources: Sources): Candidates {
  const values = argChoices ?? (Object.hasOwn(sources, placeholder) ? sources[placeholder]?.() : undefined) ?? [];
  return { values: values.map((value) => ({ value, description: "" })), files: placeholder === FILES };
}

/** `file` of `--ca <file>`. */
function placeholderOf(flags: string): string {
  return /[<[]([\w-]+)/.exec(flags)?.[1] ?? "";
}

function matching({ values, files }: Candidates, prefix: string): Candidates {
  return { values: values.filter(({ value }) => value.startsWith(prefix)), files };
}
