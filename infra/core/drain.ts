/** Seconds for what follows the last stream: the engine's own shutdown and the kubelet's reaction. */
const GRACE_MARGIN_SECONDS = 10;

interface DrainSeconds {
  propagationSeconds: number;
  streamSeconds: number;
}

/** The shortest termination grace period, in seconds, that lets a pod stop without cutting a stream. */
export const shortestGrace = ({ propagationSeconds, streamSeconds }: DrainSeconds): number =>
  propagationSeconds + streamSeconds + GRACE_MARGIN_SECONDS;

export const graceArithmetic = (drain: DrainSeconds): string =>
  `${drain.propagationSeconds} s propagation + ${drain.streamSeconds} s streams + ${GRACE_MARGIN_SECONDS} s margin = ${shortestGrace(drain)} s`;
