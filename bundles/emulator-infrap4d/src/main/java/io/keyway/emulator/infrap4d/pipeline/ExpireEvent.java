package io.keyway.emulator.infrap4d.pipeline;

import java.net.InetAddress;

/**
 * An SA reached a byte limit.
 *
 * @param spi of the SA, host order
 * @param soft or hard limit
 * @param destination of the packet that reached it
 */
public record ExpireEvent(int spi, boolean soft, InetAddress destination) {}
