/** The process that another one has started; only Linux tells. */
export async function findChildPid(pid: number): Promise<number | undefined> {
  try {
    const children = await Deno.readTextFile(`/proc/${pid}/task/${pid}/children`);
    return Number(children.trim().split(" ")[0]) || undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
