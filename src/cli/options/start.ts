import { type Command, Option } from "commander";

/** Options that say where a watch begins: one of them at most. */
export function addStartOptions(
  command: Command,
  starts: ReadonlyArray<readonly [flags: string, description: string]>,
): Command {
  const options = starts.map(([flags, description]) => new Option(flags, description));
  const names = options.map((option) => option.attributeName());
  for (const option of options) {
    command.addOption(option.conflicts(names.filter((name) => name !== option.attributeName())));
  }
  return command;
}
