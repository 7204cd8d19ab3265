/** Seconds for what follows the last stream: the engine's own shutdown and the kubelet's reaction. */
const GRACE_MARGIN_SECONDS = 10;

export interface DrainSeconds {
  propagationSeconds: number;
  streamSeconds: number;
}

/** The shortest termination grace period, in seconds, that lets a pod stop without cutting a stream. */
export const shortestGrace = ({ propagationSeconds, streamSeconds }: DrainSeconds): number =>
  propagationSeconds + streamSeconds + GRACE_MARGIN_SECONDS;

export const graceArithmetic = (drain: DrainSeconds): string =>
  `${drain.propagationSeconds} s propagation + ${drain.streamSeconds} s streams + ${GRACE_MARGIN_SECONDS} s margin = ${shortestGrace(drain)} s`;

/** How long a proxy may take to leave: it serves on for `leaving` seconds, and then its longest stream has still to end. */
export const longestDrain = (leaving: number, drains: readonly DrainSeconds[]): number =>
  Math.max(60, ...drains.map(({ streamSeconds }) => leaving + streamSeconds));
