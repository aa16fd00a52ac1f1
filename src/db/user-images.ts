import { type Selectable, sql } from "kysely";
import type { UserImage, UserImages } from "../directory/store.ts";
import { USER_COLUMNS } from "./columns.ts";
import type { JsonDialect } from "./engine.ts";
import { fromImage, toUser } from "./rows.ts";
import type { UserRow, UsersTable } from "./schema.ts";

const FORMATS = 256;

/** The row with its image, which is of what is stored: metadata, say, in canonical order. */
export function withImage(row: UserRow, { encode, format }: UserImages): Selectable<UsersTable> {
  return { ...row, image: encode(toUser(row)), image_stamp: row.revision * FORMATS + format };
}

/**
 * The image of a row of `users`, and where it has no good one, the row itself. Every write of a row gives it another revision; a
 * server that knows nothing of images, or of another format, leaves a stamp that is not the row's.
 */
export function selectImage(json: JsonDialect, { format }: Pick<UserImages, "format">) {
  const { image, state } = imageParts(json, { format });
  return [image.as("image"), state.as("state")] as const;
}

/** The same, to be put together. */
export function imageParts(json: JsonDialect, { format }: Pick<UserImages, "format">) {
  const good = sql`${sql.ref("users.image_stamp")} = ${sql.ref("users.revision")} * ${sql.lit(FORMATS)} + ${sql.lit(format)}`;
  return {
    image: sql<Uint8Array | null>`case when ${good} then ${sql.ref("users.image")} end`,
    state: sql<string | null>`case when ${good} then null else ${json.row("users", USER_COLUMNS)} end`,
  };
}

/** What `selectImage` has found. */
export interface ImageRow {
  readonly image: Uint8Array | null;
  readonly state: string | null;
}

/** Null where there is neither an image nor a row. */
export function toUserImage({ image, state }: ImageRow, { encode }: UserImages): UserImage | null {
  return image ?? (state === null ? null : encode(fromImage(state)));
}
