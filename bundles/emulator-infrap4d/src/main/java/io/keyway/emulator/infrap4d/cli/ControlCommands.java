package io.keyway.emulator.infrap4d.cli;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.keyway.emulator.infrap4d.ConfigReader;
import io.keyway.emulator.v1.EmulatorControlGrpc;
import io.keyway.emulator.v1.Operation;
import io.keyway.emulator.v1.SetFaultRequest;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** {@code control [--address=HOST:PORT] COMMAND ...}: one call of the control interface. */
public final class ControlCommands {
  /** Where an emulator that runs as a program listens unless it is told otherwise. */
  public static final String DEFAULT_ADDRESS = "127.0.0.1:9600";

  private static final int SECONDS = 60;

  private ControlCommands() {}

  /**
   * Runs one command.
   *
   * @return exit code: 0 done, 1 refused or out of reach, 2 not understood
   */
  public static int run(List<String> arguments, PrintStream out, PrintStream err) {
    try {
      Words words = new Words(arguments);
      InetSocketAddress address =
          ConfigReader.address("--address", words.option("address").orElse(DEFAULT_ADDRESS));
      String name = words.need("the command");
      if (name.equals("help")) {
        out.print(help());
        return 0;
      }
      Command command = Words.choice(Command.class, "command", name);
      call(command, words, address, out);
      return 0;
    } catch (IllegalArgumentException e) {
      err.println("emulator control: " + e.getMessage());
      err.println("emulator control: 'control help' lists the commands");
      return 2;
    } catch (StatusRuntimeException e) {
      err.println("emulator control: " + reason(e.getStatus()));
      return 1;
    }
  }

  private static void call(
      Command command, Words words, InetSocketAddress address, PrintStream out) {
    ManagedChannel channel = NettyChannelBuilder.forAddress(address).usePlaintext().build();
    try {
      command.run(
          EmulatorControlGrpc.newBlockingStub(channel).withDeadlineAfter(SECONDS, TimeUnit.SECONDS),
          words,
          out);
    } finally {
      channel.shutdownNow();
    }
  }

  private static String reason(Status status) {
    return status.getCode() == Status.Code.UNAVAILABLE
        ? "no emulator answers there ("
            + status.getDescription()
            + "); --address=HOST:PORT names"
            + " another control address"
        : status.getCode() + ": " + status.getDescription();
  }

  /** What can be ordered, for people. */
  public static String help() {
    StringBuilder text = new StringBuilder();
    text.append("control [--address=HOST:PORT] COMMAND ...; the address is ")
        .append(DEFAULT_ADDRESS)
        .append(" unless said otherwise\n");
    for (Command command : Command.values()) {
      text.append("  ").append(Words.shown(command));
      if (!command.arguments().isEmpty()) {
        text.append(' ').append(command.arguments());
      }
      text.append("\n      ").append(command.meaning()).append('\n');
    }
    text.append("  operations: ").append(names(Operation.values())).append('\n');
    text.append("  effects: ").append(names(SetFaultRequest.Effect.values())).append('\n');
    return text.toString();
  }

  private static String names(Enum<?>[] values) {
    return Arrays.stream(values)
        .filter(v -> !v.name().endsWith("UNSPECIFIED") && !v.name().equals("UNRECOGNIZED"))
        .map(Words::shown)
        .collect(Collectors.joining(", "));
  }
}
