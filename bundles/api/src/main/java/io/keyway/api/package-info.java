/**
 * What every bundle of Keyway may know: interfaces of the services, and immutable values that go
 * between them. It imports nothing but the JDK, and lies under everything.
 *
 * <ul>
 *   <li>{@code key}, {@code crypto}: secrets and names of algorithms
 *   <li>{@code ts}: traffic selectors
 *   <li>{@code sa}: security associations and the SAD service
 *   <li>{@code sp}: policies and the SPD service
 *   <li>{@code plane}: data planes
 *   <li>{@code ike}: IKE engines and the datagrams they exchange
 *   <li>{@code intent}: configuration, as the operator wrote it
 *   <li>{@code tunnel}: the state of tunnels, and what can be asked of them
 *   <li>{@code store}: state that outlives a bundle, and secrets by name
 * </ul>
 */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("1.0.0")
package io.keyway.api;
