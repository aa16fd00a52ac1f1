// Creates a user, reads why a call is refused, watches a change and exports everybody.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"time"

	"github.com/google/uuid"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	rosterv1 "example.com/tour/gen/roster/v1"
)

func main() {
	connection, err := grpc.NewClient(os.Getenv("ROSTER_SERVER"),
		grpc.WithTransportCredentials(insecure.NewCredentials()), // with TLS: credentials.NewTLS(nil)
		// Finds out when a quiet stream hangs on a dead connection.
		grpc.WithKeepaliveParams(keepalive.ClientParameters{Time: 30 * time.Second, Timeout: 10 * time.Second}),
		// A watch never splits a transaction.
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(32*1024*1024)))
	check(err)
	defer connection.Close()
	users := rosterv1.NewUserServiceClient(connection)
	ctx := metadata.AppendToOutgoingContext(context.Background(), "authorization", "Bearer "+os.Getenv("ROSTER_API_KEY"))

	externalID, email := "crm-1", "ada@example.com"
	ada, err := create(ctx, users, &rosterv1.User{ExternalId: &externalID, Email: &email})
	check(err)
	fmt.Println("created", ada.GetId())
	invalid := "nobody"
	_, err = create(ctx, users, &rosterv1.User{Email: &invalid})
	explain(err)
	check(watch(ctx, users, ada.GetId()))
	count := 0
	check(export(ctx, users, func(*rosterv1.User) { count++ }))
	fmt.Println("exported", count)
}

func create(ctx context.Context, users rosterv1.UserServiceClient, user *rosterv1.User) (*rosterv1.User, error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	// Whoever repeats a call that failed as UNAVAILABLE sends the same request id: it never happens twice.
	response, err := users.CreateUser(ctx, &rosterv1.CreateUserRequest{User: user, RequestId: uuid.NewString()})
	return response.GetUser(), err
}

func explain(err error) {
	for _, detail := range status.Convert(err).Details() {
		switch detail := detail.(type) {
		case *errdetails.ErrorInfo:
			fmt.Println("refused", detail.GetReason())
		case *errdetails.BadRequest:
			for _, violation := range detail.GetFieldViolations() {
				fmt.Printf("  %s: %s\n", violation.GetField(), violation.GetDescription())
			}
		}
	}
}

func watch(ctx context.Context, users rosterv1.UserServiceClient, id string) error {
	ctx, cancel := context.WithCancel(ctx) // no deadline
	defer cancel()
	// After a break: WatchUsersRequest_ChangeToken, with that of the last message.
	stream, err := users.WatchUsers(ctx, &rosterv1.WatchUsersRequest{Start: &rosterv1.WatchUsersRequest_FromNow{FromNow: true}})
	if err != nil {
		return err
	}
	if _, err := stream.Recv(); err != nil { // it watches
		return err
	}
	about := "Seen at " + time.Now().String()
	if _, err := users.UpdateUser(ctx, &rosterv1.UpdateUserRequest{User: &rosterv1.User{Id: id, About: &about}}); err != nil {
		return err
	}
	for {
		message, err := stream.Recv()
		if err != nil {
			return err
		}
		for _, change := range message.GetChanges() {
			fmt.Println("watched", change.GetType(), change.GetUserId())
			return nil
		}
	}
}

func export(ctx context.Context, users rosterv1.UserServiceClient, take func(*rosterv1.User)) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Minute)
	defer cancel()
	for token := ""; ; time.Sleep(time.Second) {
		stream, err := users.ListUsersChunked(ctx, &rosterv1.ListUsersChunkedRequest{ResumeToken: token})
		for err == nil {
			var message *rosterv1.ListUsersChunkedResponse
			if message, err = stream.Recv(); err == nil {
				for _, user := range message.GetUsers() {
					take(user)
				}
				token = message.GetResumeToken()
				if message.GetSummary() != nil {
					return nil
				}
			}
		}
		if !errors.Is(err, io.EOF) && status.Code(err) != codes.Unavailable {
			return err
		} // the stream broke: it goes on where it was
	}
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
