import type { ReactNode } from "react";
import { ApiKeyService, AuditService, SessionService, UserDataService } from "../../api/schema.ts";
import type { Session } from "../../session/session.ts";
import { AuditTab } from "./audit-tab.tsx";
import { HistoryTab } from "./history-tab.tsx";
import { KeysTab } from "./keys-tab.tsx";
import { ProfileTab } from "./profile-tab.tsx";
import { SessionsTab } from "./sessions-tab.tsx";
import type { TabProps } from "./tab-props.ts";

interface UserTab {
  readonly id: string;
  readonly label: string;
  readonly allowed: (session: Session) => boolean;
  readonly render: (props: TabProps) => ReactNode;
}

/** The parts of a user's page. */
export const USER_TABS: readonly UserTab[] = [
  { id: "profile", label: "Profile", allowed: () => true, render: (props) => <ProfileTab {...props} /> },
  {
    id: "sessions",
    label: "Sessions",
    allowed: takes(SessionService.method.listUserSessions),
    render: ({ user }) => <SessionsTab user={user} />,
  },
  {
    id: "keys",
    label: "API keys",
    allowed: takes(ApiKeyService.method.listApiKeys),
    render: ({ user }) => <KeysTab user={user} />,
  },
  {
    id: "history",
    label: "History",
    allowed: takes(UserDataService.method.exportUserData),
    render: (props) => <HistoryTab {...props} />,
  },
  {
    id: "audit",
    label: "Audit",
    allowed: takes(AuditService.method.listAuditEntries),
    render: ({ user }) => <AuditTab user={user} />,
  },
];

function takes(method: { readonly parent: { readonly typeName: string }; readonly name: string }): UserTab["allowed"] {
  return ({ methods }) => methods.has(`${method.parent.typeName}/${method.name}`);
}
