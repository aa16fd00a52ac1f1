// Creates a user, reads why a call is refused, watches a change and exports everybody.
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <iostream>
#include <random>
#include <stdexcept>
#include <thread>

#include <grpcpp/grpcpp.h>

#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "roster/v1/user_service.grpc.pb.h"

using namespace roster::v1;

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr) throw std::runtime_error(std::string(name) + " is not set");
  return value;
}

// With the key, and a deadline unless `seconds` is 0.
void prepare(grpc::ClientContext& context, int seconds) {
  context.AddMetadata("authorization", "Bearer " + environment("ROSTER_API_KEY"));
  if (seconds > 0) context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(seconds));
}

void demand(const grpc::Status& status) {
  if (!status.ok()) throw std::runtime_error(status.error_message());
}

// Whoever repeats a call that failed as UNAVAILABLE sends the same request id: it never happens twice.
std::string request_id() {
  std::random_device random;
  return std::to_string(random()) + "-" + std::to_string(random()) + "-" + std::to_string(random());
}

grpc::Status create(UserService::Stub& users, CreateUserRequest request, CreateUserResponse& response) {
  grpc::ClientContext context;
  prepare(context, 5);
  request.set_request_id(request_id());
  return users.CreateUser(&context, request, &response);
}

std::string explain(const grpc::Status& error) {
  google::rpc::Status status;
  status.ParseFromString(error.error_details());
  google::rpc::ErrorInfo info;
  google::rpc::BadRequest bad;
  for (const auto& detail : status.details()) detail.UnpackTo(&info) || detail.UnpackTo(&bad);
  std::string text = info.reason();
  for (const auto& violation : bad.field_violations()) text += " " + violation.field() + ": " + violation.description();
  return text;
}

void watch(UserService::Stub& users, const std::function<void()>& ready, const std::function<bool(const UserChange&)>& more) {
  grpc::ClientContext context;
  prepare(context, 0);
  WatchUsersRequest request;
  request.set_from_now(true);  // after a break: set_change_token, with that of the last message
  auto reader = users.WatchUsers(&context, request);
  WatchUsersResponse message;
  for (bool first = true; reader->Read(&message); first = false) {
    if (first) ready();
    for (const auto& change : message.changes()) {
      if (!more(change)) context.TryCancel();
    }
  }
  const auto status = reader->Finish();
  if (status.error_code() != grpc::StatusCode::CANCELLED) demand(status);
}

void export_users(UserService::Stub& users, const std::function<void(const User&)>& take) {
  ListUsersChunkedRequest request;
  for (bool complete = false; !complete;) {
    grpc::ClientContext context;
    prepare(context, 600);
    auto reader = users.ListUsersChunked(&context, request);
    ListUsersChunkedResponse message;
    while (reader->Read(&message)) {
      for (const auto& user : message.users()) take(user);
      request.set_resume_token(message.resume_token());
      complete = message.has_summary();
    }
    const auto status = reader->Finish();
    if (complete) return;
    if (!status.ok() && status.error_code() != grpc::StatusCode::UNAVAILABLE) demand(status);
    std::this_thread::sleep_for(std::chrono::seconds(1));  // the stream broke: it goes on where it was
  }
}

int main() {
  grpc::ChannelArguments options;
  options.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 30'000);  // finds out when a quiet stream hangs on a dead connection
  options.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 10'000);
  options.SetMaxReceiveMessageSize(32 * 1024 * 1024);  // a watch never splits a transaction
  // With TLS: grpc::SslCredentials({}) in place of InsecureChannelCredentials
  auto channel = grpc::CreateCustomChannel(environment("ROSTER_SERVER"), grpc::InsecureChannelCredentials(), options);
  UserService::Stub users(channel);

  CreateUserRequest request;
  request.mutable_user()->set_external_id("crm-1");
  request.mutable_user()->set_email("ada@example.com");
  CreateUserResponse created;
  demand(create(users, request, created));
  std::cout << "created " << created.user().id() << std::endl;

  CreateUserRequest invalid;
  invalid.mutable_user()->set_email("nobody");
  CreateUserResponse none;
  std::cout << "refused " << explain(create(users, invalid, none)) << std::endl;

  const auto change_ada = [&] {
    grpc::ClientContext context;
    prepare(context, 5);
    UpdateUserRequest update;
    update.mutable_user()->set_id(created.user().id());
    update.mutable_user()->set_about("Seen at " + std::to_string(std::time(nullptr)));
    UpdateUserResponse updated;
    demand(users.UpdateUser(&context, update, &updated));
  };
  watch(users, change_ada, [](const UserChange& change) {
    std::cout << "watched " << UserChangeType_Name(change.type()) << " " << change.user_id() << std::endl;
    return false;
  });

  int count = 0;
  export_users(users, [&](const User&) { count += 1; });
  std::cout << "exported " << count << std::endl;
}
