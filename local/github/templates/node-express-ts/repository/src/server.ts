import { createApp } from './app.ts';
import { catalogue } from './catalogue.ts';
import { createStore } from './store.ts';

const port = Number(process.env.PORT ?? 3000);

createApp(createStore(catalogue)).listen(port, () => {
  console.log(`The tool library is open on http://localhost:${port}`);
});
