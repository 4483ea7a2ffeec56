package io.keyway.it.bench.ike;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** The one question that we have for charon's control socket: how many IKE SAs are up. */
final class Vici implements AutoCloseable {
  private static final byte CMD_REQUEST = 0;
  private static final byte CMD_RESPONSE = 1;
  private static final byte SECTION_START = 1;
  private static final byte SECTION_END = 2;
  private static final byte KEY_VALUE = 3;
  private static final byte LIST_START = 4;
  private static final byte LIST_ITEM = 5;
  private static final byte LIST_END = 6;

  private final SocketChannel channel;

  private Vici(SocketChannel channel) {
    this.channel = channel;
  }

  static Vici connect(Path socket) throws IOException {
    SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      channel.connect(UnixDomainSocketAddress.of(socket));
      return new Vici(channel);
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  /** IKE SAs that are no longer half-open. */
  int established() throws IOException {
    byte[] name = "stats".getBytes(StandardCharsets.US_ASCII);
    ByteBuffer request = ByteBuffer.allocate(6 + name.length);
    request.putInt(2 + name.length).put(CMD_REQUEST).put((byte) name.length).put(name).flip();
    while (request.hasRemaining()) {
      channel.write(request);
    }
    ByteBuffer answer = read(read(4).getInt());
    if (answer.get() != CMD_RESPONSE) {
      throw new IOException("charon does not know the command 'stats'");
    }
    Map<String, String> values = values(answer);
    return Integer.parseInt(values.get("ikesas.total"))
        - Integer.parseInt(values.get("ikesas.half-open"));
  }

  private ByteBuffer read(int length) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(length);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer) < 0) {
        throw new IOException("charon closed its control socket");
      }
    }
    return buffer.flip();
  }

  /** Values by their path; lists are passed over. */
  static Map<String, String> values(ByteBuffer message) throws IOException {
    Map<String, String> values = new HashMap<>();
    String path = "";
    while (message.hasRemaining()) {
      switch (message.get()) {
        case SECTION_START -> path += text(message, message.get() & 0xff) + ".";
        case SECTION_END -> path = path.substring(0, path.lastIndexOf('.', path.length() - 2) + 1);
        case KEY_VALUE -> {
          String key = text(message, message.get() & 0xff);
          values.put(path + key, text(message, message.getShort() & 0xffff));
        }
        case LIST_START -> text(message, message.get() & 0xff);
        case LIST_ITEM -> text(message, message.getShort() & 0xffff);
        case LIST_END -> {}
        default -> throw new IOException("charon sent an element of unknown type");
      }
    }
    return values;
  }

  private static String text(ByteBuffer message, int length) {
    byte[] octets = new byte[length];
    message.get(octets);
    return new String(octets, StandardCharsets.UTF_8);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
