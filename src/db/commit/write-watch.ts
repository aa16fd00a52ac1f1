import type { KyselyPlugin, PluginTransformQueryArgs, PluginTransformResultArgs } from "kysely";

/** Sees whether anything but reads went through. */
export class WriteWatch implements KyselyPlugin {
  #seen = false;

  get seen(): boolean {
    return this.#seen;
  }

  reset(): void {
    this.#seen = false;
  }

  transformQuery({ node }: PluginTransformQueryArgs) {
    // Rows of `returning` come without a count.
    this.#seen ||= node.kind !== "SelectQueryNode";
    return node;
  }

  async transformResult({ result }: PluginTransformResultArgs) {
    this.#seen ||= result.numAffectedRows !== undefined;
    return result;
  }
}
