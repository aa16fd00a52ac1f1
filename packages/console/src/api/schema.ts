// The one place that knows where the generated schema is.
export * from "../../../../gen/google/rpc/error_details_pb.js";
export * from "../../../../gen/roster/v1/account_service_pb.js";
export * from "../../../../gen/roster/v1/api_key_service_pb.js";
export * from "../../../../gen/roster/v1/audit_service_pb.js";
export * from "../../../../gen/roster/v1/server_service_pb.js";
export * from "../../../../gen/roster/v1/session_service_pb.js";
export * from "../../../../gen/roster/v1/user_data_service_pb.js";
export * from "../../../../gen/roster/v1/user_pb.js";
export * from "../../../../gen/roster/v1/user_service_pb.js";
