package io.keyway.api.ike;

import java.net.InetAddress;
import java.time.Instant;
import java.util.Optional;

/**
 * One address of a pool that belongs to a peer.
 *
 * @param pool name of the pool
 * @param identity what the peer proved to be
 * @param online whether an IKE SA of the peer lives
 * @param since when it was given, or when its peer went
 * @param reservedUntil while offline, until when nobody else can get it; empty: it may go to
 *     another peer when nothing else is free
 */
public record AddressLease(
    String pool,
    InetAddress address,
    String identity,
    boolean online,
    Instant since,
    Optional<Instant> reservedUntil) {}
