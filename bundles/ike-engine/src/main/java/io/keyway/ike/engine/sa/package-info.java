/**
 * IKE SAs and their children.
 *
 * <p>An {@link io.keyway.ike.engine.sa.IkeSa} and everything that hangs from it is touched by one
 * {@link io.keyway.ike.engine.base.Worker} only; an IKE rekey hands the worker on. What an SA
 * starts is a queue of exchanges, each an ordered list of small {@link
 * io.keyway.ike.engine.sa.Task} objects; {@link io.keyway.ike.engine.sa.Requests} owns message ids,
 * the queue and retransmission, {@link io.keyway.ike.engine.sa.Replies} the other direction. Calls
 * to SAD and SPD are stages that come home to the worker, so a slow plane parks one exchange and
 * nothing else.
 */
package io.keyway.ike.engine.sa;
