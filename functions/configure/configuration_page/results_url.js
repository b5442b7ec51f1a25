import { apiDescription } from "./api.js";

/** Where CI sends results, by integration. The API says itself what its public address is. */
export async function resultsUrls() {
  const { servers } = await apiDescription();
  return (integrationId) => `${servers[0].url}/integrations/${integrationId}/diffs`;
}
