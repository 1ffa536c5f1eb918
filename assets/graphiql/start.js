'use strict';

const welcome = `# Sanggar: see what you may.
# Sign in with the mutation logIn, and put
# its token under "Headers":
#   { "Authorization": "Bearer …" }

query Welcome {
  academy {
    name
    locale
    timeZone
  }
  serviceLimits {
    name
    limit
    unit
  }
}
`;

/** Answers over HTTP; subscriptions over a socket of graphql-transport-ws. */
function subscribe(params, headers) {
  return {
    subscribe(observer) {
      const url = new URL('/graphql', window.location.href);
      url.protocol = url.protocol.replace('http', 'ws');
      const socket = new WebSocket(url, 'graphql-transport-ws');
      const send = (message) => socket.send(JSON.stringify(message));
      socket.onopen = () => send({ type: 'connection_init', payload: headers ?? {} });
      socket.onmessage = ({ data }) => {
        const message = JSON.parse(data);
        if (message.type === 'connection_ack') send({ id: '1', type: 'subscribe', payload: params });
        if (message.type === 'ping') send({ type: 'pong' });
        if (message.type === 'next') observer.next(message.payload);
        if (message.type === 'error') observer.next({ errors: message.payload });
        if (message.type === 'error' || message.type === 'complete') observer.complete();
      };
      socket.onerror = () => observer.error(new Error('The socket failed.'));
      socket.onclose = () => observer.complete();
      return { unsubscribe: () => socket.close(1000, 'done') };
    },
  };
}

async function fetcher(params, options) {
  const headers = options?.headers;
  const operations = options?.documentAST?.definitions ?? [];
  const chosen = operations.find((o) => o.kind === 'OperationDefinition' && (!params.operationName || o.name?.value === params.operationName));
  if (chosen?.operation === 'subscription') return subscribe(params, headers);
  const answer = await fetch('/graphql', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Accept: 'application/graphql-response+json', ...headers },
    body: JSON.stringify(params),
  });
  return answer.json();
}

ReactDOM.createRoot(document.getElementById('graphiql')).render(
  React.createElement(GraphiQL, { fetcher, defaultQuery: welcome, shouldPersistHeaders: false }),
);
