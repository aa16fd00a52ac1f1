# Creates a user, reads why a call is refused, watches a change and exports everybody.
require "securerandom"
require "google/protobuf/well_known_types"
require "google/rpc/error_details_pb"
require "google/rpc/status_pb"
require "roster/v1/user_service_services_pb"

include Roster::V1

KEY = { "authorization" => "Bearer #{ENV.fetch('ROSTER_API_KEY')}" }.freeze
OPTIONS = {
  "grpc.keepalive_time_ms" => 30_000, # finds out when a quiet stream hangs on a dead connection
  "grpc.keepalive_timeout_ms" => 10_000,
  "grpc.max_receive_message_length" => 32 * 1024 * 1024 # a watch never splits a transaction
}.freeze

def create(users, user)
  # Whoever repeats a call that failed as UNAVAILABLE sends the same request id: it never happens twice.
  request = CreateUserRequest.new(user: user, request_id: SecureRandom.uuid)
  users.create_user(request, metadata: KEY, deadline: Time.now + 5).user
end

def explain(error)
  status = Google::Rpc::Status.decode(error.metadata["grpc-status-details-bin"] || "")
  details = status.details.filter_map { |any| any.unpack(Google::Rpc::ErrorInfo) || any.unpack(Google::Rpc::BadRequest) }
  info, bad = [Google::Rpc::ErrorInfo, Google::Rpc::BadRequest].map { |type| details.grep(type).first || type.new }
  [info.reason, bad.field_violations.map { |violation| "#{violation.field}: #{violation.description}" }]
end

def export(users)
  token = ""
  loop do
    request = ListUsersChunkedRequest.new(resume_token: token)
    users.list_users_chunked(request, metadata: KEY, deadline: Time.now + 600).each do |message|
      message.users.each { |user| yield user }
      token = message.resume_token
      return if message.summary
    end
  rescue GRPC::Unavailable
    sleep 1 # the stream broke: it goes on where it was
  end
end

# With TLS: GRPC::Core::ChannelCredentials.new in place of :this_channel_is_insecure
users = UserService::Stub.new(ENV.fetch("ROSTER_SERVER"), :this_channel_is_insecure, channel_args: OPTIONS)
ada = create(users, User.new(external_id: "crm-1", email: "ada@example.com"))
puts "created #{ada.id}"
begin
  create(users, User.new(email: "nobody"))
rescue GRPC::InvalidArgument => error
  reason, violations = explain(error)
  puts "refused #{reason} #{violations.join(' ')}"
end

# No deadline. After a break: change_token of the last message in place of from_now.
watch = users.watch_users(WatchUsersRequest.new(from_now: true), metadata: KEY, return_op: true)
messages = watch.execute
messages.next # it watches
changed = User.new(id: ada.id, about: "Seen at #{Time.now}")
users.update_user(UpdateUserRequest.new(user: changed), metadata: KEY, deadline: Time.now + 5)
message = messages.next while message.nil? || message.changes.empty?
puts "watched #{message.changes.first.type} #{message.changes.first.user_id}"
watch.cancel

count = 0
export(users) { count += 1 }
puts "exported #{count}"
