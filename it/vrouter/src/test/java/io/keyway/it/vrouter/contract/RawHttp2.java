package io.keyway.it.vrouter.contract;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * As much HTTP/2 as it takes to call a method of gRPC wrongly (RFC 9113): no library would send
 * what this sends.
 */
final class RawHttp2 implements Closeable {

  static final int DATA = 0;
  static final int HEADERS = 1;
  static final int RST_STREAM = 3;
  static final int SETTINGS = 4;
  static final int GOAWAY = 7;
  static final int WINDOW_UPDATE = 8;

  /** One frame that came. */
  record Frame(int type, int flags, int stream, byte[] body) {}

  private final SocketChannel channel;
  private final DataInputStream in;

  RawHttp2(Path socket) throws IOException {
    channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    channel.connect(UnixDomainSocketAddress.of(socket));
    in = new DataInputStream(Channels.newInputStream(channel));
    write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    send(SETTINGS, 0, 0, new byte[0]);
  }

  /** The header of a call; it goes on with DATA. */
  void call(int stream, String method) throws IOException {
    ByteArrayOutputStream block = new ByteArrayOutputStream();
    field(block, ":method", "POST");
    field(block, ":scheme", "http");
    field(block, ":path", "/keyway.vrouter.v1.VRouter/" + method);
    field(block, ":authority", "localhost");
    field(block, "content-type", "application/grpc");
    field(block, "te", "trailers");
    send(HEADERS, 4, stream, block.toByteArray());
  }

  /** A literal field without indexing and without Huffman coding (RFC 7541 section 6.2.2). */
  private static void field(ByteArrayOutputStream block, String name, String value) {
    block.write(0);
    for (String text : new String[] {name, value}) {
      block.write(text.length());
      block.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
    }
  }

  void send(int type, int flags, int stream, byte[] body) throws IOException {
    ByteBuffer frame = ByteBuffer.allocate(9 + body.length);
    frame.put((byte) (body.length >> 16)).putShort((short) body.length);
    frame.put((byte) type).put((byte) flags).putInt(stream).put(body);
    write(frame.array());
  }

  private void write(byte[] octets) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(octets);
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
  }

  /** Waits for the next one. */
  Frame next() throws IOException {
    int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
    int type = in.readUnsignedByte();
    int flags = in.readUnsignedByte();
    int stream = in.readInt();
    return new Frame(type, flags, stream, in.readNBytes(length));
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
