#!/usr/bin/env perl
# A listener for OpenSIPS event datagrams, with core modules alone.
#
#     evdg test -- perl listener.pl
#
# Copy it with EventText.pm or EventJSONRPC.pm, whichever your OpenSIPS speaks, and let `main` do
# your work instead of printing.

use v5.36;

use FindBin;
use IO::Socket::IP;
use IO::Socket::UNIX;
use JSON::PP qw(encode_json);

use lib $FindBin::Bin;
use EventJSONRPC;
use EventText;

use constant LARGEST => 262144;    # more than OpenSIPS sends over any socket

# A JSON member: text where the bytes are UTF-8, hex where they are not.
sub field ($key, $data) {
    my $text = $data;
    # Perl's own UTF-8 has more in it.
    my $is_text = utf8::decode($text) && $text !~ /\p{Surrogate}|\P{Any}/;
    return $is_text ? ($key => $text) : ("${key}_hex" => unpack 'H*', $data);
}

# The line that tells the conformance suite what was read.
sub report ($name, @params) {
    my @items;
    for (@params) {
        my ($param, $value, $is_integer) = @$_;
        my @value = !defined $value ? (value => undef) : $is_integer ? (value => 0 + $value) : field(value => $value);
        push @items, { defined $param ? field(name => $param) : (), @value };
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
    my $parse = ($ENV{EVDG_DIALECT} // '') eq 'jsonrpc' ? \&EventJSONRPC::parse : \&EventText::parse;
    my $listener = bind_to($ENV{EVDG_SOCKET});
    while (1) {
        # An empty one is a datagram, too.
        defined $listener->recv(my $datagram, LARGEST) or die "recv: $!\n";
        my $line = eval {
            die "too long\n" if length $datagram == LARGEST;    # no more is read, so it may be cut
            report($parse->($datagram));
        } // { error => $@ =~ s/\n\z//r };
        say encode_json($line);
    }
}

main();
