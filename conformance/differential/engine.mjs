// Runs cases, a line of JSON each on standard input, on the npm package aws-local-stepfunctions, an interpreter of the
// Amazon States Language, and prints how each ended, a line each.
import { createInterface } from 'node:readline';
import { StateMachine } from 'aws-local-stepfunctions';

// The states of a machine and of all its branches.
const states = (graph) => Object.entries(graph.States).flatMap(([name, s]) => [[name, s], ...(s.Branches ?? []).flatMap(states)]);

class Failure extends Error {
  constructor({ error, cause }) {
    super(cause);
    this.name = error;
  }
}

async function run({ definition, input, context, answers }) {
  const handlers = {}, waits = {}, retries = {}, path = [];
  for (const [name, state] of states(definition)) {
    retries[name] = 0;
    if (state.Type === 'Wait') waits[name] = 0;
    if (state.Type !== 'Task') continue;
    const given = answers[name] ?? [];
    handlers[name] = async () => {
      const answer = given.shift() ?? { error: 'NoAnswer', cause: `${name} is called once more` };
      if (answer.error) throw new Failure(answer);
      return answer.output;
    };
  }
  const machine = new StateMachine(definition, { validationOptions: { noValidate: true } });
  const { result, eventLogs } = machine.run(input, {
    context, overrides: { taskResourceLocalHandlers: handlers, waitTimeOverrides: waits, retryIntervalOverrides: retries },
  });
  const ended = result.then((output) => ({ status: 'SUCCEEDED', output }), ({ cause }) => ({ status: 'FAILED', error: cause.name, cause: cause.message }));
  for await (const event of eventLogs) {
    if (event.type === 'StateEntered') path.push(event.state.name);
  }
  const end = await ended;
  for (const [name, left] of Object.entries(answers)) {
    if (left.length > 0) path.push(`${name} is called ${left.length} times less`);
  }
  return { ...end, path };
}

for await (const line of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify(await run(JSON.parse(line))));
}
