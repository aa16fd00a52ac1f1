// Creates a user, reads why a call is refused, watches a change and exports everybody.
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import io.grpc.Context;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.MetadataUtils;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import roster.v1.UserOuterClass.User;
import roster.v1.UserServiceGrpc;
import roster.v1.UserServiceGrpc.UserServiceBlockingStub;
import roster.v1.UserServiceOuterClass.*;

public class Tour {
  public static void main(String[] args) throws Exception {
    // With TLS: TlsChannelCredentials.create()
    ManagedChannel channel = Grpc.newChannelBuilder(System.getenv("ROSTER_SERVER"), InsecureChannelCredentials.create())
        .keepAliveTime(30, TimeUnit.SECONDS) // finds out when a quiet stream hangs on a dead connection
        .keepAliveTimeout(10, TimeUnit.SECONDS)
        .maxInboundMessageSize(32 * 1024 * 1024) // a watch never splits a transaction
        .build();
    Metadata key = new Metadata();
    key.put(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Bearer " + System.getenv("ROSTER_API_KEY"));
    UserServiceBlockingStub users = UserServiceGrpc.newBlockingStub(channel)
        .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(key));

    User ada = create(users, User.newBuilder().setExternalId("crm-1").setEmail("ada@example.com").build());
    System.out.println("created " + ada.getId());
    try {
      create(users, User.newBuilder().setEmail("nobody").build());
    } catch (StatusRuntimeException error) {
      explain(error);
    }
    watch(users, ada.getId());
    int[] count = {0};
    export(users, user -> count[0]++);
    System.out.println("exported " + count[0]);
    channel.shutdown();
  }

  static User create(UserServiceBlockingStub users, User user) {
    // Whoever repeats a call that failed as UNAVAILABLE sends the same request id: it never happens twice.
    CreateUserRequest request =
        CreateUserRequest.newBuilder().setUser(user).setRequestId(UUID.randomUUID().toString()).build();
    return users.withDeadlineAfter(5, TimeUnit.SECONDS).createUser(request).getUser();
  }

  static void explain(StatusRuntimeException error) throws Exception {
    for (var detail : StatusProto.fromThrowable(error).getDetailsList()) {
      if (detail.is(ErrorInfo.class)) System.out.println("refused " + detail.unpack(ErrorInfo.class).getReason());
      if (detail.is(BadRequest.class)) System.out.println(detail.unpack(BadRequest.class));
    }
  }

  static void watch(UserServiceBlockingStub users, String id) {
    Context.CancellableContext context = Context.current().withCancellation(); // no deadline
    context.run(() -> {
      // After a break: setChangeToken, with that of the last message.
      var messages = users.watchUsers(WatchUsersRequest.newBuilder().setFromNow(true).build());
      messages.next(); // it watches
      User changed = User.newBuilder().setId(id).setAbout("Seen at " + System.currentTimeMillis()).build();
      users.withDeadlineAfter(5, TimeUnit.SECONDS).updateUser(UpdateUserRequest.newBuilder().setUser(changed).build());
      WatchUsersResponse message = messages.next();
      while (message.getChangesCount() == 0) message = messages.next();
      System.out.println("watched " + message.getChanges(0).getType() + " " + message.getChanges(0).getUserId());
    });
    context.cancel(null);
  }

  static void export(UserServiceBlockingStub users, Consumer<User> take) throws Exception {
    for (String token = "";; Thread.sleep(1_000)) {
      ListUsersChunkedRequest request = ListUsersChunkedRequest.newBuilder().setResumeToken(token).build();
      try {
        var messages = users.withDeadlineAfter(10, TimeUnit.MINUTES).listUsersChunked(request);
        while (messages.hasNext()) {
          ListUsersChunkedResponse message = messages.next();
          message.getUsersList().forEach(take);
          token = message.getResumeToken();
          if (message.hasSummary()) return;
        }
      } catch (StatusRuntimeException error) {
        if (error.getStatus().getCode() != Status.Code.UNAVAILABLE) throw error;
      } // the stream broke: it goes on where it was
    }
  }
}
