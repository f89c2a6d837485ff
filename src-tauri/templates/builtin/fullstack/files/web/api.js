/** The items of the service, through `send`, which is `fetch` in the browser. */
export function createApi(send = (...request) => fetch(...request)) {
  async function call(method, path, body) {
    const response = await send(path, { method, body: body && JSON.stringify(body) });
    const answer = response.status === 204 ? undefined : await response.json();
    if (!response.ok) throw new Error(answer.error);
    return answer;
  }
  return {
    list: () => call("GET", "/api/items"),
    add: (text) => call("POST", "/api/items", { text }),
    remove: (id) => call("DELETE", `/api/items/${id}`),
  };
}
