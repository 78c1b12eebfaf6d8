import type { QueryClient } from '@tanstack/react-query';
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from '@tanstack/react-router';
import { validateAgentSearch, validateAgentsSearch } from '../features/agents/agents-search';
import { validateWelcomeSearch } from '../features/first-run/welcome-search';
import { InboxPage } from '../features/inbox/inbox-page';
import { validateInboxSearch } from '../features/inbox/inbox-search';
import { validateKeysSearch } from '../features/keys/keys-search';
import { Frame } from './frame';
import { NotFoundPage, RouteErrorPage } from './route-states';
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

const welcomeRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/welcome',
  validateSearch: validateWelcomeSearch,
  component: lazyRouteComponent(() => import('../features/first-run/welcome-page'), 'WelcomePage'),
});

const routeTree = rootRoute.addChildren([
  indexRoute,
  frameRoute.addChildren([inboxRoute, agentsRoute, agentRoute, keysRoute]),
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
