export interface Address {
  readonly host: string;
  readonly port: number;
}

/** Where a server listens. */
export interface Addresses {
  readonly http: Address;
  readonly grpc: Address | undefined;
}
