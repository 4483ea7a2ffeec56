package io.keyway.ike.engine.sa;

import io.keyway.api.Outcome;
import io.keyway.api.Result;
import io.keyway.api.ike.AssignedAddresses;
import io.keyway.ike.engine.log.IkeLog;
import io.keyway.ike.engine.negotiate.RedirectNotify;
import io.keyway.ike.engine.negotiate.RedirectNotify.Target;
import io.keyway.ike.message.ExchangeType;
import io.keyway.ike.message.IkeMessage;
import io.keyway.ike.message.NotifyType;
import io.keyway.ike.message.Payload;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * Redirection of one IKE SA (RFC 5685): as client, where the peer sends us; as gateway, whether the
 * peer can be sent. In IKE_SA_INIT, which nobody has authenticated, only an answer that holds our
 * nonce counts; whoever we are sent to has to prove the identity that is configured.
 */
final class Redirect {
  private final IkeSa sa;
  private Optional<InetAddress> from = Optional.empty();
  private boolean peerSupports;

  Redirect(IkeSa sa) {
    this.sa = sa;
  }

  /** Who sent us to the peer. */
  void setFrom(InetAddress gateway) {
    from = Optional.of(gateway);
  }

  boolean peerSupports() {
    return peerSupports;
  }

  void setPeerSupports(boolean value) {
    peerSupports = value;
  }

  void moveTo(IkeSa successor) {
    successor.redirect().setPeerSupports(peerSupports);
  }

  private boolean follows() {
    return sa.config().options().redirection().follow() && sa.age().isOurs();
  }

  // --- client -------------------------------------------------------------------------------

  /** For IKE_SA_INIT. */
  void announce(List<Payload> request) {
    if (from.isPresent()) {
      request.add(RedirectNotify.from(from.get()));
    } else if (follows()) {
      request.add(RedirectNotify.supported());
    }
  }

  private static Optional<Target> in(IkeMessage message) {
    return message.notification(NotifyType.REDIRECT).flatMap(RedirectNotify::read);
  }

  /**
   * Whether an answer of IKE_SA_INIT may be looked at. One that redirects us without our nonce may
   * be anybody's, and is dropped; the right answer may still come (RFC 5685 section 3).
   */
  boolean mayBeGenuine(IkeMessage answer) {
    return !answer.has(NotifyType.REDIRECT)
        || follows()
            && in(answer)
                .filter(
                    t ->
                        java.util.Arrays.equals(t.nonce().toArray(), sa.handshake().initiatorNonce))
                .isPresent();
  }

  /** Follows an answer of IKE_SA_INIT, or of IKE_AUTH once the peer proved who it is. */
  boolean isFollowed(IkeMessage answer) {
    Optional<Target> target = in(answer);
    if (target.isEmpty()) {
      return false;
    }
    String problem = problem(target.get());
    if (!problem.isEmpty()) {
      refuse(problem);
      return true;
    }
    String where = "the peer sent us to " + target.get().name();
    AssignedAddresses had = sa.addresses().assigned();
    List<ChildWish> wishes = sa.wishes().take();
    Consumer<Result<InetAddress>> start =
        found -> {
          if (found.done()) {
            start(found.value().get(), wishes, had);
          } else {
            sa.ctx().counters().count("ike-redirects-refused");
            IkeLog.IKE.warn(sa, "{}", found.outcome().reason());
            wishes.forEach(wish -> sa.wishes().failed(wish, found.outcome()));
          }
        };
    if (target.get().address().isPresent()) {
      start.accept(family(target.get().address().get()));
      leave(where);
    } else {
      leave(where);
      sa.watch(lookUp(target.get().name()).thenAccept(start));
    }
    return true;
  }

  private void leave(String where) {
    sa.ctx().counters().count("ike-redirects-followed");
    IkeLog.IKE.info(sa, "{}", where);
    sa.life().endPolitely(where);
  }

  private void refuse(String problem) {
    sa.ctx().counters().count("ike-redirects-refused");
    IkeLog.IKE.warn(sa, "{}", problem);
    sa.wishes().failAll(Outcome.refused(problem));
    sa.life().endPolitely(problem);
  }

  private String problem(Target target) {
    if (!follows()) {
      return "the peer sends us to " + target.name() + ", and follow-redirect is false";
    }
    Optional<String> inside = target.address().flatMap(to -> RedirectPath.problem(sa, to));
    if (inside.isPresent()) {
      return inside.get();
    }
    return sa.connection().redirects().allows(sa.ctx().clock().instant())
        ? ""
        : "the peer sends us to "
            + target.name()
            + ", and we were sent elsewhere "
            + RedirectBound.MOST
            + " times within "
            + RedirectBound.PERIOD.toSeconds()
            + " s; do gateways send peers to each other?";
  }

  private Result<InetAddress> family(InetAddress gateway) {
    return gateway.getAddress().length == sa.path().local().getAddress().getAddress().length
        ? Result.ok(gateway)
        : Result.failed(
            Outcome.refused(
                "the peer sends us to "
                    + gateway.getHostAddress()
                    + ", which is of another family than our address"));
  }

  private CompletableFuture<Result<InetAddress>> lookUp(String name) {
    CompletableFuture<Result<InetAddress>> found =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                for (InetAddress address : InetAddress.getAllByName(name)) {
                  if (family(address).done()) {
                    return Result.ok(address);
                  }
                }
                return Result.failed(
                    Outcome.refused(
                        "the peer sends us to "
                            + name
                            + ", which has no address of our address's family"));
              } catch (UnknownHostException e) {
                return Result.failed(
                    Outcome.unavailable(
                        "the peer sends us to " + name + ", which no name server knows"));
              }
            },
            sa.ctx().workers().blocking());
    return sa.home(
            found,
            problem ->
                Result.<InetAddress>failed(
                    Outcome.unavailable(
                        "the peer sends us to " + name + ", which was not looked up: " + problem)))
        .thenApply(this::outside);
  }

  private Result<InetAddress> outside(Result<InetAddress> found) {
    return found
        .value()
        .flatMap(gateway -> RedirectPath.problem(sa, gateway))
        .map(problem -> Result.<InetAddress>failed(Outcome.refused(problem)))
        .orElse(found);
  }

  /** The same connection, with another peer address. */
  private void start(InetAddress gateway, List<ChildWish> wishes, AssignedAddresses had) {
    IkeSa fresh = to(gateway);
    fresh.addresses().wish(had);
    sa.connection().add(fresh);
    fresh.execute(
        () -> {
          fresh.wishes().adopt(wishes);
          fresh.requests().enqueue(Exchange.of(ExchangeType.IKE_SA_INIT, new InitTask()));
        });
  }

  private IkeSa to(InetAddress gateway) {
    IkeSa fresh =
        Initiation.newSa(sa.ctx(), sa.connection(), sa.path().local().getAddress(), gateway);
    fresh.redirect().setFrom(sa.path().remote().getAddress());
    return fresh;
  }

  /** The peer, with which we have an IKE SA, sends us away: its children move one by one. */
  void informed(IkeMessage request) {
    Optional<Target> target = in(request);
    if (target.isEmpty() || !sa.state().isEstablished()) {
      return;
    }
    String problem = problem(target.get());
    if (!problem.isEmpty()) {
      sa.ctx().counters().count("ike-redirects-refused");
      IkeLog.IKE.warn(sa, "{}", problem);
      return;
    }
    CompletableFuture<Result<InetAddress>> found =
        target
            .get()
            .address()
            .map(address -> CompletableFuture.completedFuture(family(address)))
            .orElseGet(() -> lookUp(target.get().name()));
    sa.watch(
        found.thenAccept(
            result -> {
              if (result.done()) {
                IkeLog.IKE.info(sa, "the peer sends us to {}", target.get().name());
                sa.ctx().counters().count("ike-redirects-followed");
                move(result.value().get());
              } else {
                sa.ctx().counters().count("ike-redirects-refused");
                IkeLog.IKE.warn(sa, "{}", result.outcome().reason());
              }
            }));
  }

  /** Not while something else is made or replaced. */
  private void move(InetAddress gateway) {
    IkeSa now = sa.successorOrSelf();
    if (now.isDead() || now.age().isReplaced()) {
      return;
    }
    if (now.state() != IkeSa.State.ESTABLISHED || now.children().isBusy()) {
      now.after(now.ctx().settings().retransmitFirst(), () -> now.redirect().move(gateway));
      return;
    }
    Reauthentication.replace(
        now, now.redirect().to(gateway), "the peer sent us to " + gateway.getHostAddress());
  }

  // --- gateway ------------------------------------------------------------------------------

  /**
   * As responder at the end of IKE_AUTH: a peer that shall go elsewhere gets no child (RFC 5685
   * section 6).
   */
  boolean isSentAway(List<Payload> reply) {
    Optional<String> to = sa.config().options().redirection().to();
    if (to.isEmpty() || !peerSupports) {
      return false;
    }
    reply.add(RedirectNotify.to(to.get(), new byte[0]));
    sent(to.get());
    return true;
  }

  /** The peer was told; it deletes the IKE SA, or else we do. */
  void sent(String to) {
    sa.ctx().counters().count("ike-redirects-sent");
    IkeLog.IKE.info(sa, "the peer is sent to {}", to);
    sa.after(
        sa.ctx().settings().halfOpenTimeout().multipliedBy(2),
        () -> sa.successorOrSelf().life().endPolitely("the peer was sent to " + to));
  }
}
