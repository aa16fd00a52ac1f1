import type { Literal } from "../directory/lists/filter.ts";
import type { JsonObject } from "../directory/values/json.ts";

/** What a resource can be filtered by. */
export interface Resource<T, F extends string> {
  readonly fields: Readonly<Record<F, Field<T>>>;
  /** Absent where items have none. */
  readonly metadata?: (item: T) => JsonObject;
}

export interface Field<T> {
  readonly type: FieldType;
  /** Null where there is none. */
  readonly read: (item: T) => Literal | readonly string[];
  /** Texts are equal if this makes them the same. Default: if they are the same. */
  readonly fold?: (text: string) => string;
  /** All values, where they are names. */
  readonly names?: readonly string[];
}

/** A list is one of texts. */
export type FieldType = "text" | "number" | "boolean" | "time" | "list";
