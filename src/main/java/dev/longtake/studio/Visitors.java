package dev.longtake.studio;

import io.netty.util.NetUtil;
import io.vertx.core.http.HttpServerRequest;
import java.util.Arrays;
import java.util.HexFormat;

/** Tells requests apart by where they come from. */
final class Visitors {

    private static final int IPV6_BYTES = 16;
    /** Whoever has one address of a network has all of its 2^64. */
    private static final int NETWORK_BYTES = 8;
    private static final int LONGEST = 64;

    private final boolean trustProxy;

    /** @param trustProxy whether a proxy sets {@code X-Forwarded-For}, so that its end can be believed */
    Visitors(boolean trustProxy) {
        this.trustProxy = trustProxy;
    }

    /**
     * The network that a request comes from: an IPv4 address, or the first half of an IPv6 address.
     *
     * <p>Of {@code X-Forwarded-For} it is the last entry that counts: a proxy adds whom it sees at the end, and what
     * stands before may be made up by the visitor.
     */
    String network(HttpServerRequest request) {
        String forwarded = trustProxy ? request.getHeader("X-Forwarded-For") : null;
        if (forwarded != null && !forwarded.isBlank()) {
            return network(forwarded.substring(forwarded.lastIndexOf(',') + 1).strip());
        }
        return request.connection().remoteAddress() == null
                ? ""
                : network(request.connection().remoteAddress().hostAddress());
    }

    /** @param address an IP address, with or without port, or what else a proxy may call a visitor */
    static String network(String address) {
        String host = withoutPort(address);
        byte[] bytes = NetUtil.createByteArrayFromIpAddressString(host);
        if (bytes == null) {
            return host.length() > LONGEST ? host.substring(0, LONGEST) : host;
        }
        boolean mapped = bytes.length == IPV6_BYTES && host.contains(".");
        return bytes.length == IPV6_BYTES && !mapped
                ? HexFormat.ofDelimiter(":").formatHex(Arrays.copyOf(bytes, NETWORK_BYTES))
                : host.substring(host.lastIndexOf(':') + 1);
    }

    private static String withoutPort(String address) {
        if (address.startsWith("[")) {
            int end = address.indexOf(']');
            return end < 0 ? address : address.substring(1, end);
        }
        int colon = address.indexOf(':');
        return colon >= 0 && colon == address.lastIndexOf(':') ? address.substring(0, colon) : address;
    }
}
