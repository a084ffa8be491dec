import type { ReportedRun } from '../report.js';

/** Whether a row is that of one client behaviour: not of all together, of one that is held beside others, or of a route. */
export function isOfClient({ client, route }: Pick<ReportedRun, 'client' | 'route'>): boolean {
  return route === undefined && client !== 'mixed' && client !== 'silent';
}

type RowOfRoute = Pick<ReportedRun, 'client' | 'route' | 'status'>;

/** What a row is called: by its client, or by its route. */
export function rowName({ client, route }: Pick<ReportedRun, 'client' | 'route'>): string {
  return route ?? client;
}

/** The rows of routes that were tried. */
function triedRoutes<R extends RowOfRoute>(runs: readonly R[]): readonly R[] {
  return runs.filter(
    ({ route, status }) => route !== undefined && status !== 'not-run' && status !== 'not-applicable',
  );
}

/** Whether a fault of these rows is one of some routes; what every route has is no matter of the routes. */
export function tellsApart(guilty: readonly RowOfRoute[], runs: readonly RowOfRoute[]): boolean {
  return guilty.length > 0 && guilty.length < triedRoutes(runs).length;
}
