import type { QueryClient } from '@tanstack/react-query';
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from '@tanstack/react-router';
import { validateActivitySearch } from '../features/activity/activity-search';
import { validateAgentSearch, validateAgentsSearch } from '../features/agents/agents-search';
import { validateAuditSearch } from '../features/audit/audit-search';
import { validateCreditsSearch } from '../features/credits/credits-search';
import { validateWelcomeSearch } from '../features/first-run/welcome-search';
import { InboxPage } from '../features/inbox/inbox-page';
import { validateInboxSearch } from '../features/inbox/inbox-search';
import { validateKeysSearch } from '../features/keys/keys-search';
import { validateMessagesSearch } from '../features/messages/messages-search';
import { validateOutboxSearch } from '../features/outbox/outbox-search';
import { validateWebhooksSearch } from '../features/webhooks/webhooks-search';
import { Frame } from './frame';
import { NotFoundPage, RouteErrorPage, UnknownLinkPage } from './route-states';
import { SessionGate } from './session-gate';

const rootRoute = createRootRouteWithContext<{ queryClient: QueryClient }>()({ component: SessionGate });

const indexRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/inbox', replace: true });
  },
});

/** Pages with navigation and status bar around them. */
const frameRoute = createRoute({ getParentRoute: () => rootRoute, id: 'frame', component: Frame });

const inboxRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/inbox',
  validateSearch: validateInboxSearch,
  // The page a day begins with; every other one is loaded when it is opened (scripts/start-path.ts).
  component: InboxPage,
});

const agentsRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/agents',
  validateSearch: validateAgentsSearch,
  component: lazyRouteComponent(() => import('../features/agents/agents-page'), 'AgentsPage'),
});

const agentRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/agents/$id',
  validateSearch: validateAgentSearch,
  component: lazyRouteComponent(() => import('../features/agents/agent-page'), 'AgentPage'),
});

const keysRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/keys',
  validateSearch: validateKeysSearch,
  component: lazyRouteComponent(() => import('../features/keys/keys-page'), 'KeysPage'),
});

const messagesRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/messages',
  validateSearch: validateMessagesSearch,
  component: lazyRouteComponent(() => import('../features/messages/messages-page'), 'MessagesPage'),
});

const creditsRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/credits',
  validateSearch: validateCreditsSearch,
  component: lazyRouteComponent(() => import('../features/credits/credits-page'), 'CreditsPage'),
});

const webhooksRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/webhooks',
  validateSearch: validateWebhooksSearch,
  component: lazyRouteComponent(() => import('../features/webhooks/webhooks-page'), 'WebhooksPage'),
});

const settingsIndexRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/settings',
  beforeLoad: () => {
    throw redirect({ to: '/settings/$section', params: { section: 'general' }, replace: true });
  },
});

const settingsRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/settings/$section',
  component: lazyRouteComponent(() => import('../features/settings/settings-page'), 'SettingsPage'),
});

const outboxRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/outbox',
  validateSearch: validateOutboxSearch,
  component: lazyRouteComponent(() => import('../features/outbox/outbox-page'), 'OutboxPage'),
});

const helpRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/help',
  component: lazyRouteComponent(() => import('../features/help/help-page'), 'HelpPage'),
});

const activityRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/activity',
  validateSearch: validateActivitySearch,
  component: lazyRouteComponent(() => import('../features/activity/activity-page'), 'ActivityPage'),
});

const caseRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/case/$traceId',
  component: lazyRouteComponent(() => import('../features/activity/case-page'), 'CasePage'),
});

const auditRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/audit',
  validateSearch: validateAuditSearch,
  component: lazyRouteComponent(() => import('../features/audit/audit-page'), 'AuditPage'),
});

const unknownLinkRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/unknown-link',
  component: UnknownLinkPage,
});

const welcomeRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/welcome',
  validateSearch: validateWelcomeSearch,
  component: lazyRouteComponent(() => import('../features/first-run/welcome-page'), 'WelcomePage'),
});

const routeTree = rootRoute.addChildren([
  indexRoute,
  frameRoute.addChildren([
    inboxRoute,
    activityRoute,
    caseRoute,
    auditRoute,
    messagesRoute,
    agentsRoute,
    agentRoute,
    keysRoute,
    creditsRoute,
    webhooksRoute,
    outboxRoute,
    settingsIndexRoute,
    settingsRoute,
    helpRoute,
    unknownLinkRoute,
  ]),
  welcomeRoute,
]);

/** Where the page is mounted: `/` in the desktop window, `/console/` in server mode. */
function basePath(): string {
  return new URL('.', document.baseURI).pathname;
}

export function createConsoleRouter(queryClient: QueryClient) {
  return createRouter({
    routeTree,
    basepath: basePath(),
    context: { queryClient },
    defaultPreload: 'intent',
    defaultErrorComponent: RouteErrorPage,
    defaultNotFoundComponent: NotFoundPage,
    // A chunk of the same build is there within milliseconds: no spinner flashes.
    defaultPendingMs: 400,
    scrollRestoration: false,
  });
}

export type ConsoleRouter = ReturnType<typeof createConsoleRouter>;

declare module '@tanstack/react-router' {
  interface Register {
    router: ConsoleRouter;
  }
}
