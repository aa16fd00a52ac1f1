import type { DescMethod } from "@bufbuild/protobuf";
import { useQuery } from "@connectrpc/connect-query";
import { ServerService } from "./schema.ts";

const NONE: readonly string[] = [];

/** The fields that filters of a list know, as the server tells. */
export function useFilterFields(method: DescMethod): readonly string[] {
  const { data } = useQuery(ServerService.method.getServerInfo, {}, { staleTime: Number.POSITIVE_INFINITY });
  const name = `${method.parent.typeName}/${method.name}`;
  return data?.lists.find((each) => each.method === name)?.filterFields ?? NONE;
}
