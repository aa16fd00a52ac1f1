import type { DescService } from "@bufbuild/protobuf";
import type { ServiceImpl } from "@connectrpc/connect";

/** A service and its functions. All ports serve the same routes. */
export interface Route {
  readonly service: DescService;
  readonly implementation: ServiceImpl<DescService>;
}
