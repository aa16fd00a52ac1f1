import type { Tags } from "yaml";
import type { Document } from "./document.ts";

/** One line of JSON each. */
export async function* printNdjson(parts: AsyncIterable<readonly Document[]>): AsyncGenerator<string> {
  for await (const part of parts) {
    yield part.map((document) => `${JSON.stringify(document)}\n`).join("");
  }
}

/** An array with a line for each. */
export async function* printJson(parts: AsyncIterable<readonly Document[]>): AsyncGenerator<string> {
  let before = "[";
  for await (const part of parts) {
    let text = "";
    for (const document of part) {
      text += `${before}\n${JSON.stringify(document)}`;
      before = ",";
    }
    yield text;
  }
  yield before === "[" ? "[]\n" : "\n]\n";
}

/** One list. */
export async function* printYaml(parts: AsyncIterable<readonly Document[]>): AsyncGenerator<string> {
  let empty = true;
  for await (const part of parts) {
    if (part.length > 0) {
      yield await toYaml(part);
      empty = false;
    }
  }
  if (empty) {
    yield "[]\n";
  }
}

/** YAML that readers of YAML 1.1 understand as well: there, an unquoted `no` is false, and `=` and `<<` are no text. */
export async function toYaml(value: unknown): Promise<string> {
  const { Document: Yaml, visit } = await import("yaml");
  const document = new Yaml(value, { version: "1.1", aliasDuplicateObjects: false, customTags: withoutMerge });
  visit(document, {
    Scalar(_, node) {
      if (node.value === "=" || node.value === "<<") {
        node.type = "QUOTE_DOUBLE";
      }
    },
  });
  // As a fragment: the text of a whole document would begin with its version.
  document.directives = undefined;
  return document.toString({ lineWidth: 0 });
}

function withoutMerge(tags: Tags): Tags {
  return tags.filter((tag) => tag !== "merge" && (typeof tag === "string" || tag.tag !== "tag:yaml.org,2002:merge"));
}
