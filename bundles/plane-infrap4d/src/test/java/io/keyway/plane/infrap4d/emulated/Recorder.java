package io.keyway.plane.infrap4d.emulated;

import io.grpc.Attributes;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Context;
import io.grpc.HandlerRegistry;
import io.grpc.InsecureServerCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerTransportFilter;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** Stands between a controller and a device, and keeps every message of the controller. */
final class Recorder implements AutoCloseable {

  static final String STREAM = "p4.v1.P4Runtime/StreamChannel";
  static final String WRITE = "p4.v1.P4Runtime/Write";
  static final String READ = "p4.v1.P4Runtime/Read";
  static final String PIPELINE = "p4.v1.P4Runtime/GetForwardingPipelineConfig";
  static final String GET = "gnmi.gNMI/Get";
  static final String SET = "gnmi.gNMI/Set";
  static final String SUBSCRIBE = "gnmi.gNMI/Subscribe";

  /** One call with its messages, as octets. */
  static final class Call {
    final String method;
    final boolean limited;
    final List<byte[]> messages = new CopyOnWriteArrayList<>();
    private final ServerCall<byte[], byte[]> to;
    private boolean closed;

    Call(String method, boolean limited, ServerCall<byte[], byte[]> to) {
      this.method = method;
      this.limited = limited;
      this.to = to;
    }

    synchronized void end(Status status, Metadata trailers) {
      if (!closed) {
        closed = true;
        to.close(status, trailers);
      }
    }
  }

  private static final MethodDescriptor.Marshaller<byte[]> OCTETS =
      new MethodDescriptor.Marshaller<>() {
        @Override
        public InputStream stream(byte[] value) {
          return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
          try {
            return stream.readAllBytes();
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        }
      };

  final Queue<Call> calls = new ConcurrentLinkedQueue<>();
  final AtomicInteger connections = new AtomicInteger();
  private final Set<String> mute = ConcurrentHashMap.newKeySet();
  private final ManagedChannel device;
  private final Server server;

  Recorder(InetSocketAddress address) {
    device =
        NettyChannelBuilder.forAddress(address)
            .usePlaintext()
            .maxInboundMessageSize(64 << 20)
            .maxInboundMetadataSize(1 << 20)
            .build();
    server =
        NettyServerBuilder.forAddress(
                new InetSocketAddress("127.0.0.1", 0), InsecureServerCredentials.create())
            .fallbackHandlerRegistry(new Everything())
            .addTransportFilter(
                new ServerTransportFilter() {
                  @Override
                  public Attributes transportReady(Attributes attributes) {
                    connections.incrementAndGet();
                    return attributes;
                  }
                })
            .build();
    try {
      server.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  int port() {
    return server.getPort();
  }

  List<Call> of(String method) {
    return calls.stream().filter(c -> c.method.equals(method)).toList();
  }

  /** The next call of a method reaches nobody, and nobody answers it. */
  void swallowNext(String method) {
    mute.add(method);
  }

  /** Ends the open calls of a method as a connection that breaks does. */
  void cut(String method) {
    of(method).forEach(c -> c.end(Status.UNAVAILABLE.withDescription("cut"), new Metadata()));
  }

  private final class Everything extends HandlerRegistry {
    @Override
    public ServerMethodDefinition<?, ?> lookupMethod(String name, String authority) {
      MethodDescriptor<byte[], byte[]> method =
          MethodDescriptor.newBuilder(OCTETS, OCTETS)
              .setFullMethodName(name)
              .setType(MethodDescriptor.MethodType.UNKNOWN)
              .build();
      return ServerMethodDefinition.create(method, (call, headers) -> begin(call, headers));
    }
  }

  private ServerCall.Listener<byte[]> begin(ServerCall<byte[], byte[]> call, Metadata headers) {
    String method = call.getMethodDescriptor().getFullMethodName();
    Call kept = new Call(method, Context.current().getDeadline() != null, call);
    calls.add(kept);
    call.request(Integer.MAX_VALUE);
    if (mute.remove(method)) {
      return new ServerCall.Listener<>() {};
    }
    ClientCall<byte[], byte[]> forward =
        device.newCall(call.getMethodDescriptor(), CallOptions.DEFAULT);
    forward.start(
        new ClientCall.Listener<>() {
          @Override
          public void onHeaders(Metadata answer) {
            call.sendHeaders(answer);
          }

          @Override
          public void onMessage(byte[] message) {
            call.sendMessage(message);
          }

          @Override
          public void onClose(Status status, Metadata trailers) {
            kept.end(status, trailers);
          }
        },
        headers);
    forward.request(Integer.MAX_VALUE);
    return new ServerCall.Listener<>() {
      @Override
      public void onMessage(byte[] message) {
        kept.messages.add(message);
        forward.sendMessage(message);
      }

      @Override
      public void onHalfClose() {
        forward.halfClose();
      }

      @Override
      public void onCancel() {
        forward.cancel("the controller gave up", null);
      }
    };
  }

  @Override
  public void close() {
    server.shutdownNow();
    device.shutdownNow();
  }
}
