"""Creates a user, reads why a call is refused, watches a change and exports everybody."""

import os
import time
import uuid

import grpc
from google.rpc import error_details_pb2, status_pb2
from roster.v1 import user_pb2, user_service_pb2, user_service_pb2_grpc

KEY = (("authorization", f"Bearer {os.environ['ROSTER_API_KEY']}"),)
OPTIONS = (
    ("grpc.keepalive_time_ms", 30_000),  # finds out when a quiet stream hangs on a dead connection
    ("grpc.keepalive_timeout_ms", 10_000),
    ("grpc.max_receive_message_length", 32 * 1024 * 1024),  # a watch never splits a transaction
)


def create(users, user):
    # Whoever repeats a call that failed as UNAVAILABLE sends the same request id: it never happens twice.
    request = user_service_pb2.CreateUserRequest(user=user, request_id=str(uuid.uuid4()))
    return users.CreateUser(request, metadata=KEY, timeout=5).user


def explain(error):
    status = status_pb2.Status.FromString(dict(error.trailing_metadata()).get("grpc-status-details-bin", b""))
    info, bad = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest()
    for detail in status.details:
        detail.Unpack(info) or detail.Unpack(bad)
    return info.reason, [(violation.field, violation.description) for violation in bad.field_violations]


def watch(users, change_token=""):
    """Yields lists of changes, each with the token to go on after it, the first one at once. Close it to end it."""
    start = {"change_token": change_token} if change_token else {"from_now": True}
    call = users.WatchUsers(user_service_pb2.WatchUsersRequest(**start), metadata=KEY)  # no deadline
    try:
        for message in call:
            yield message.changes, message.change_token
    finally:
        call.cancel()


def export(users):
    token = ""
    while True:
        request = user_service_pb2.ListUsersChunkedRequest(resume_token=token)
        try:
            for message in users.ListUsersChunked(request, metadata=KEY, timeout=600):
                yield from message.users
                token = message.resume_token
                if message.HasField("summary"):
                    return
        except grpc.RpcError as error:
            if error.code() != grpc.StatusCode.UNAVAILABLE:
                raise
        time.sleep(1)  # the stream broke: it goes on where it was


# With TLS: grpc.secure_channel(server, grpc.ssl_channel_credentials(), OPTIONS)
with grpc.insecure_channel(os.environ["ROSTER_SERVER"], OPTIONS) as channel:
    users = user_service_pb2_grpc.UserServiceStub(channel)
    ada = create(users, user_pb2.User(external_id="crm-1", email="ada@example.com"))
    print("created", ada.id)
    try:
        create(users, user_pb2.User(email="nobody"))
    except grpc.RpcError as error:
        reason, violations = explain(error)
        print("refused", reason, *(f"{field}: {why}" for field, why in violations))

    stream = watch(users)
    next(stream)  # it watches
    changed = user_pb2.User(id=ada.id, about=f"Seen at {time.time()}")
    users.UpdateUser(user_service_pb2.UpdateUserRequest(user=changed), metadata=KEY, timeout=5)
    change = next(changes for changes, _ in stream if changes)[0]
    print("watched", user_pb2.UserChangeType.Name(change.type), change.user_id)
    stream.close()

    print("exported", sum(1 for _ in export(users)))
