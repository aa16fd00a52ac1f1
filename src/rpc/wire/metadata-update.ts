import { MetadataUpdate as MetadataUpdateMessage } from "../../../gen/roster/v1/user_service_pb.js";
import type { MetadataUpdate } from "../../directory/values/metadata.ts";

/** Metadata that is not given, but cleared by an update mask, is replaced, whatever the request says. */
export function parseMetadataUpdate(given: object | undefined, update: MetadataUpdateMessage): MetadataUpdate {
  return given === undefined ? "REPLACE" : METADATA_UPDATES[update];
}

const METADATA_UPDATES = {
  [MetadataUpdateMessage.UNSPECIFIED]: "REPLACE",
  [MetadataUpdateMessage.REPLACE]: "REPLACE",
  [MetadataUpdateMessage.MERGE]: "MERGE",
  [MetadataUpdateMessage.MERGE_TOP_LEVEL]: "MERGE_TOP_LEVEL",
} as const satisfies Record<MetadataUpdateMessage, MetadataUpdate>;
