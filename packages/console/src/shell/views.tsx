import type { ReactNode } from "react";
import { AccountPage } from "../accounts/account-page.tsx";
import { AccountsPage } from "../accounts/accounts-page.tsx";
import { AccountService, ApiKeyService, AuditService, ServerService, UserService } from "../api/schema.ts";
import { AuditPage } from "../audit/audit-page.tsx";
import { KeyPage } from "../keys/key-page.tsx";
import { KeysPage } from "../keys/keys-page.tsx";
import { ServerPage } from "../server/server-page.tsx";
import type { Session } from "../session/session.ts";
import { ImportPage } from "../transfer/import/import-page.tsx";
import type { IconName } from "../ui/icon.tsx";
import { UserPage } from "../users/detail/user-page.tsx";
import { UsersPage } from "../users/list/users-page.tsx";

/** A part of the console: a line of the navigation, and what stands at its addresses. */
export interface View {
  readonly id: string;
  readonly label: string;
  readonly icon: IconName;
  /** Whether its reads are open to the caller. */
  readonly allowed: (session: Session) => boolean;
  /** `rest`: the path behind the view's own name. */
  readonly render: (rest: readonly string[], session: Session) => ReactNode;
}

/** Every view, in the order of the navigation. */
export const VIEWS: readonly View[] = [
  {
    id: "users",
    label: "Users",
    icon: "users",
    allowed: ({ methods }) => methods.has(nameOf(UserService.method.getUser)),
    render: ([id, tab]) => (id === undefined ? <UsersPage /> : <UserPage key={id} id={id} tab={tab ?? "profile"} />),
  },
  {
    id: "import",
    label: "Import",
    icon: "import",
    allowed: ({ methods }) => methods.has(nameOf(UserService.method.importUsers)),
    render: () => <ImportPage />,
  },
  {
    id: "accounts",
    label: "Accounts",
    icon: "account",
    allowed: ({ methods }) => methods.has(nameOf(AccountService.method.getAccount)),
    render: ([id], { who }) =>
      id === undefined && who.superAdmin ? <AccountsPage /> : <AccountPage key={id} id={id ?? who.accountId} />,
  },
  {
    id: "keys",
    label: "API keys",
    icon: "key",
    allowed: ({ methods }) => methods.has(nameOf(ApiKeyService.method.listApiKeys)),
    render: ([id]) => (id === undefined ? <KeysPage /> : <KeyPage key={id} id={id} />),
  },
  {
    id: "audit",
    label: "Audit",
    icon: "audit",
    allowed: ({ methods }) => methods.has(nameOf(AuditService.method.listAuditEntries)),
    render: () => <AuditPage />,
  },
  {
    id: "server",
    label: "Server",
    icon: "server",
    allowed: ({ methods }) => methods.has(nameOf(ServerService.method.getServerInfo)),
    render: () => <ServerPage />,
  },
];

function nameOf(method: { readonly parent: { readonly typeName: string }; readonly name: string }): string {
  return `${method.parent.typeName}/${method.name}`;
}
