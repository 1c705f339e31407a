#!/usr/bin/env perl
# A listener for OpenSIPS event datagrams, text dialect, with core modules alone.
#
#     evdg test -- perl listener.pl
#
# Copy it, keep `parse`, and let `main` do your work instead of printing.

use v5.36;

use IO::Socket::IP;
use IO::Socket::UNIX;
use JSON::PP qw(encode_json);

use constant LARGEST => 65536;    # more than any UDP datagram

# Returns the event's name and its parameters, each [name or undef, value], all bytes.
sub parse ($datagram) {
    die "too long\n" if length $datagram >= LARGEST;    # no more is read, so it may be cut
    my ($name, $body) = split /\n/, $datagram, 2;
    die "no event name\n" if !defined $body || $name eq '';
    my @params;
    my $at = 0;
    while ($at < length $body && substr($body, $at, 2) ne "\n") {    # the end, or the end mark
        my $line_end = index $body, "\n", $at;
        $line_end = length $body if $line_end < 0;
        my $line = substr $body, $at, $line_end - $at;
        my $param;
        my $separator = index $line, '::';    # in this line alone: time stays linear
        if ($separator > 0) {    # a line that starts with :: has no name
            $param = substr $line, 0, $separator;
            $at += $separator + 2;
        }
        my $value;
        if (my $closing = closing_quote($body, $at)) {
            $value = substr($body, $at + 1, $closing - $at - 1) =~ s/\\"/"/gr;
            $at = $closing + 2;
        }
        else {
            $value = substr $body, $at, $line_end - $at;
            $at = $line_end + 1;
        }
        push @params, [$param, $value];
    }
    return $name, @params;
}

# Returns where the quoted value that starts at $at is closed, or nothing if there is no quoted value.
sub closing_quote ($body, $at) {
    return unless substr($body, $at, 1) eq '"';
    my $closing = $at;
    do {
        $closing = index $body, '"', $closing + 1;
        return if $closing < 0;
    } while substr($body, $closing - 1, 1) eq '\\';
    return unless substr($body, $closing + 1, 1) =~ /\A\n?\z/;
    return $closing;
}

# A JSON member: text where the bytes are UTF-8, hex where they are not.
sub field ($key, $data) {
    my $text = $data;
    my $is_text = utf8::decode($text) && $text !~ /\p{Surrogate}|\P{Any}/;    # Perl's own UTF-8 has more in it
    return $is_text ? ($key => $text) : ("${key}_hex" => unpack 'H*', $data);
}

# The line that tells the conformance suite what was read.
sub report ($name, @params) {
    my @items;
    for (@params) {
        my ($param, $value) = @$_;
        push @items, { defined $param ? field(name => $param) : (), field(value => $value) };
    }
    return { field(event => $name), params => \@items };
}

# Binds udp:HOST:PORT, udp:[HOST]:PORT or unix:PATH.
sub bind_to ($address) {
    my ($kind, $place) = split /:/, $address, 2;
    my $listener =
        $kind eq 'unix'
        ? IO::Socket::UNIX->new(Type => SOCK_DGRAM, Local => $place)
        : IO::Socket::IP->new(Type => SOCK_DGRAM, LocalAddr => $place);
    return $listener // die "$address: $@\n";
}

sub main () {
    STDOUT->autoflush;
    my $listener = bind_to($ENV{EVDG_SOCKET});
    while (1) {
        defined $listener->recv(my $datagram, LARGEST) or die "recv: $!\n";    # an empty one is a datagram, too
        my $line = eval { report(parse($datagram)) } // { error => $@ =~ s/\n\z//r };
        say encode_json($line);
    }
}

main();
