import { type DescMethod, type DescService, type Message, toJsonString } from "@bufbuild/protobuf";
import { AccountService } from "../../gen/roster/v1/account_service_pb.js";
import { ApiKeyService } from "../../gen/roster/v1/api_key_service_pb.js";
import { AuditService } from "../../gen/roster/v1/audit_service_pb.js";
import { ServerService } from "../../gen/roster/v1/server_service_pb.js";
import { SessionService } from "../../gen/roster/v1/session_service_pb.js";
import { UserDataService } from "../../gen/roster/v1/user_data_service_pb.js";
import { UserService } from "../../gen/roster/v1/user_service_pb.js";

/** As `UserService/CreateUser`. */
export type MethodName = `${string}Service/${string}`;

const SERVICES: readonly DescService[] = [
  AccountService,
  ApiKeyService,
  AuditService,
  ServerService,
  SessionService,
  UserDataService,
  UserService,
];

/** All that a server can be asked for. */
export const METHODS: ReadonlyMap<string, DescMethod> = new Map(
  SERVICES.flatMap(({ name, methods }) => methods.map((method) => [`${name}/${method.name}`, method])),
);

/** The answer of a method as text, to compare. */
export function answerText(name: MethodName, answer: Message): string {
  const method = METHODS.get(name);
  if (method === undefined) throw new Error(`there is no method ${name}`);
  return toJsonString(method.output, answer);
}
