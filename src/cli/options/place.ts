/** A field, and where in it: `metadata.team.id` is `["metadata", "team", "id"]`. */
export type Place = readonly [field: string, ...keys: string[]];

const PLACE = /[A-Za-z_]\w*(?:\.[^.,=[\]"\s]+|\["(?:[^"\\]|\\.)*"\])*/y;
const KEY = /\.([^.,=[\]"\s]+)|\[("(?:[^"\\]|\\.)*")\]/g;

/** The place that the text begins with, and what follows it. Any key may stand in quotes: `metadata["a key"]`. */
export function takePlace(text: string): { readonly place: Place; readonly rest: string } | undefined {
  PLACE.lastIndex = 0;
  const [found] = PLACE.exec(text) ?? [];
  if (found === undefined) {
    return undefined;
  }
  const field = /^\w+/.exec(found)?.[0] ?? "";
  try {
    const keys = [...found.slice(field.length).matchAll(KEY)].map(([, plain, quoted]) => plain ?? readText(quoted));
    return { place: [field, ...keys], rest: text.slice(found.length) };
  } catch {
    return undefined;
  }
}

/** The place as a person would write it. */
export function placeText([field, ...keys]: Place): string {
  return field + keys.map((key) => (/^[^.,=[\]"\s]+$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`)).join("");
}

function readText(quoted = '""'): string {
  return String(JSON.parse(quoted));
}
