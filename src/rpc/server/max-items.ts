import { type DescField, getOption } from "@bufbuild/protobuf";
import { field as rulesOf } from "@bufbuild/protovalidate/gen/buf/validate/validate_pb.js";
import { SERVICES } from "../permissions/permissions.ts";

/** The most members of repeated fields of requests, by message and field, as the schema states them. */
export function maxItems(): Record<string, bigint> {
  const inputs = SERVICES.flatMap(({ methods }) => methods.map(({ input }) => input));
  const bounds = inputs.flatMap(({ name, fields }) =>
    fields.flatMap((field) => {
      const bound = maxItemsOf(field);
      return bound === undefined ? [] : [[`${name}.${field.name}`, bound] as const];
    }),
  );
  return Object.fromEntries(bounds);
}

function maxItemsOf(field: DescField): bigint | undefined {
  const { type } = getOption(field, rulesOf);
  return type.case === "repeated" && type.value.maxItems > 0n ? type.value.maxItems : undefined;
}
