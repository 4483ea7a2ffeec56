/**
 * The native IKEv2 engine: {@link io.keyway.ike.engine.NativeIkeEngine} is the service, {@link
 * io.keyway.ike.engine.Dispatcher} finds the IKE SA for a datagram, {@link
 * io.keyway.ike.engine.InitResponder} decides whether a stranger's first message is worth one.
 *
 * <p>Plain Java: transport, SAD, SPD, secrets, clock, randomness and workers are handed in.
 */
package io.keyway.ike.engine;
