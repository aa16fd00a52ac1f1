import "./styles/tokens.css";
import "./styles/base.css";
import "./ui/button.css";
import "./ui/card.css";
import "./ui/copy.css";
import "./ui/dialog.css";
import "./ui/field.css";
import "./ui/filter/filter.css";
import "./ui/menu.css";
import "./ui/states.css";
import "./ui/status.css";
import "./ui/table/table.css";
import "./ui/tabs.css";
import "./ui/toasts.css";
import "./shell/palette/palette.css";
import "./shell/shell.css";
import "./users/users.css";
import "./accounts/accounts.css";
import "./keys/keys.css";
import "./transfer/transfer.css";
import "./server/server.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./shell/app.tsx";
import { applyTheme } from "./shell/theme.ts";

applyTheme();
const root = document.getElementById("root");
if (root !== null) {
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}
