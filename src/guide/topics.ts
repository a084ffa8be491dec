/** The pages of the guide, `TOPIC.md` beside this file, in the order in which they are listed: what each tells. */
export const TOPICS = {
  commands: 'every command, and the options of `run`',
  'started-servers': 'churn starts the server, drives it to its limits and stops it',
  http: 'ask a server for a route, a WebSocket, events, streams',
  clients: 'nineteen ways for a client to behave, and all of them in turn',
  load: 'a rate, a duration, clients that say nothing',
  watch: 'any other program as the load',
  'many-machines': 'the load from Artillery or k6, on as many machines as there are',
  where: 'from FAIL to the line of code',
  gauges: 'numbers that the server counts itself',
  containers: 'namespaces, proxies, and servers on other machines',
  serve: 'be the server, and judge its clients',
  library: 'churn in the tests of a server, or of a client',
  reports: 'formats, saved reports, and what a change did',
  ci: 'GitHub, GitLab, Jenkins',
  'how-it-knows': 'the rules of the judge, memory, and what people do by hand',
} as const;

export const TOPIC_NAMES = Object.keys(TOPICS) as readonly (keyof typeof TOPICS)[];
