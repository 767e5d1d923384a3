// Objects of a schema, said such that Zod 3 understands it, which Astro 5 has, as well as Zod 4 of Astro 6 and 7.

import { z } from 'astro/zod';

/** With these keys and no other. */
export const strict = <Shape extends z.ZodRawShape>(shape: Shape) => z.object(shape).strict();

/** With these keys, and whatever else stands there. */
export const loose = <Shape extends z.ZodRawShape>(shape: Shape) => z.object(shape).passthrough();
