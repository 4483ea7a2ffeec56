package io.keyway.it.bench.vrouter;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Packets that a contender is fed with for ever, the same for all: IPv4 with UDP from many ports,
 * in random order over the tunnels. Inbound they come encrypted, and come again and again, so
 * replay windows are off.
 *
 * @param outbound in clear, to be encrypted; else ESP, to be decrypted
 * @param octets lengths of inner IP packets, as often as they are in the mix
 * @param tunnels 1 to 256; tunnel T has SPI {@code FIRST_SPI + T} and the inner network 10.2.T.0/24
 */
record Load(String name, boolean outbound, int[] octets, int tunnels) {

  static final int FIRST_SPI = 0x1000;

  /** Of every tunnel: 32 octets of key and 4 of salt, which protect nothing. */
  static final byte[] KEY = key();

  static final byte[] NEAR = {(byte) 192, 0, 2, 1};
  static final byte[] FAR = {(byte) 192, 0, 2, 2};

  private static final int PACKETS = 480;
  private static final int UDP = 17;
  private static final int ESP = 50;

  /** The first port's, as net_pcap makes it up; then who sends, and IPv4. */
  private static final byte[] ETHERNET = HexFormat.of().parseHex("0270636170000200000000010800");

  private static byte[] key() {
    byte[] key = new byte[36];
    for (int i = 0; i < key.length; i++) {
      key[i] = (byte) i;
    }
    return key;
  }

  /** Seven of 64 octets, four of 576, one of 1400. */
  static int[] mix() {
    int[] octets = new int[12];
    Arrays.fill(octets, 0, 7, 64);
    Arrays.fill(octets, 7, 11, 576);
    octets[11] = 1400;
    return octets;
  }

  /** Mean length of the inner packets. */
  double mean() {
    return Arrays.stream(octets).average().orElseThrow();
  }

  /** Writes a capture file. */
  void write(Path file) throws IOException {
    Random random = new Random(1);
    try (OutputStream out = Files.newOutputStream(file)) {
      out.write(
          ByteBuffer.allocate(24)
              .order(ByteOrder.LITTLE_ENDIAN)
              .putInt(0xa1b2c3d4)
              .putShort((short) 2)
              .putShort((short) 4)
              .putLong(0)
              .putInt(65535)
              .putInt(1)
              .array());
      for (int i = 0; i < PACKETS; i++) {
        // Every length as often as it should be, in no order.
        int length = octets[(i * 7 + random.nextInt(octets.length)) % octets.length];
        int tunnel = random.nextInt(tunnels);
        byte[] packet = inner(tunnel, length, 1000 + i % 64);
        if (!outbound) {
          packet = protect(tunnel, i + 1, packet);
        }
        int frame = ETHERNET.length + packet.length;
        out.write(
            ByteBuffer.allocate(16)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(0)
                .putInt(frame)
                .putInt(frame)
                .array());
        out.write(ETHERNET);
        out.write(packet);
      }
    }
  }

  private static byte[] inner(int tunnel, int length, int port) {
    byte[] udp = new byte[length - 20];
    ByteBuffer.wrap(udp).putShort((short) port).putShort((short) 2000).putShort((short) udp.length);
    return ip(new byte[] {10, 1, 0, 9}, new byte[] {10, 2, (byte) tunnel, 9}, UDP, udp);
  }

  /** RFC 4303 and RFC 4106, in tunnel mode. */
  private static byte[] protect(int tunnel, int sequence, byte[] packet) {
    int pad = -(packet.length + 2) & 3;
    byte[] clear = Arrays.copyOf(packet, packet.length + pad + 2);
    for (int i = 0; i < pad; i++) {
      clear[packet.length + i] = (byte) (i + 1);
    }
    clear[clear.length - 2] = (byte) pad;
    clear[clear.length - 1] = 4;
    byte[] header = ByteBuffer.allocate(8).putInt(FIRST_SPI + tunnel).putInt(sequence).array();
    byte[] nonce = ByteBuffer.allocate(12).put(KEY, 32, 4).putLong(sequence).array();
    try {
      Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
      cipher.init(
          Cipher.ENCRYPT_MODE,
          new SecretKeySpec(KEY, 0, 32, "AES"),
          new GCMParameterSpec(128, nonce));
      cipher.updateAAD(header);
      byte[] sealed = cipher.doFinal(clear);
      byte[] esp =
          ByteBuffer.allocate(16 + sealed.length).put(header).put(nonce, 4, 8).put(sealed).array();
      return ip(NEAR, FAR, ESP, esp);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static byte[] ip(byte[] from, byte[] to, int protocol, byte[] payload) {
    byte[] packet =
        ByteBuffer.allocate(20 + payload.length)
            .put((byte) 0x45)
            .put((byte) 0)
            .putShort((short) (20 + payload.length))
            .putInt(0)
            .put((byte) 64)
            .put((byte) protocol)
            .putShort((short) 0)
            .put(from)
            .put(to)
            .put(payload)
            .array();
    ByteBuffer words = ByteBuffer.wrap(packet);
    int sum = 0;
    for (int i = 0; i < 20; i += 2) {
      sum += words.getShort(i) & 0xFFFF;
    }
    sum = (sum & 0xFFFF) + (sum >>> 16);
    words.putShort(10, (short) ~((sum & 0xFFFF) + (sum >>> 16)));
    return packet;
  }
}
