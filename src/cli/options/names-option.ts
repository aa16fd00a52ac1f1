import { Option } from "commander";

/** An option that takes names, separated by commas. Shells complete those that it knows. */
export class NamesOption extends Option {
  readonly names: readonly string[];

  constructor(flags: string, description: string, names: readonly string[]) {
    super(flags, description);
    this.names = names;
  }
}
