/** Who did something, as people call them: `user:17:alice` is alice, `robot:4:team+ci` is team+ci, `system:gc` is gc. */
export function actorName(actor: string): string {
  return actor.replace(/^[a-z]+:(?:[0-9]+:)?/, '');
}
