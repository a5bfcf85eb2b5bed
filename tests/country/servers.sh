# servers.sh: the test CA, the web sites and the resolvers of the simulated country.
# Sourced by country.sh.
# shellcheck shell=bash

make_pki() { # one test CA, one certificate per name
	local pki=$DIR/pki zone name v4 v6 tag
	local key="-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650"
	mkdir -p "$pki"
	# shellcheck disable=SC2086  # a list of options
	openssl req -x509 $key -subj "/CN=Test Country CA" -keyout "$pki/ca.key" -out "$pki/ca.pem" 2>/dev/null
	while read -r zone name v4 v6 tag; do
		# shellcheck disable=SC2086
		openssl req -x509 $key -subj "/CN=$name" -addext "subjectAltName=DNS:$name,IP:$v4,IP:$v6" \
			-addext basicConstraints=critical,CA:FALSE -CA "$pki/ca.pem" -CAkey "$pki/ca.key" \
			-keyout "$pki/$name.key" -out "$pki/$name.pem" 2>/dev/null &
	done < <(hosts)
	wait
}

nginx_conf() { # ZONE
	cat <<N
user root root; daemon off; master_process off; pid $DIR/nginx-$1.pid;
error_log $DIR/log/nginx-$1.err; events { worker_connections 8192; }
http {
 access_log off; default_type text/html; root $DIR/www; server_tokens off; keepalive_timeout 5;
 ssl_protocols TLSv1.2 TLSv1.3;
 client_body_temp_path $DIR/tmp; proxy_temp_path $DIR/tmp; fastcgi_temp_path $DIR/tmp;
 uwsgi_temp_path $DIR/tmp; scgi_temp_path $DIR/tmp;
N
	local zone name v4 v6 tag
	while read -r zone name v4 v6 tag; do
		[[ $zone == "$1" && $tag != dns && $tag != free ]] || continue
		nginx_site "$zone" "$name" "$v4" "$v6" "$tag"
	done < <(hosts)
	[[ $1 != nin ]] || nginx_blockpage
	echo "}"
}

nginx_site() { # ZONE NAME V4 V6 TAG
	cat <<N
 server { server_name $2; listen $3:443 ssl http2; listen [$4]:443 ssl http2;
  ssl_certificate $DIR/pki/$2.pem; ssl_certificate_key $DIR/pki/$2.key;
  $( [[ $5 == upgrade ]] || echo "listen $3:80; listen [$4]:80;")
  location = / { return 200 '<title>$2</title> site of zone $1\n'; }
  location = /generate_204 { return 204; } }
N
	[[ $5 != upgrade ]] || echo " server { server_name $2; listen $3:80; listen [$4]:80;
  return 301 https://$2\$request_uri; }"
}

site_addresses() { # ZONE
	hosts | awk -v z="$1" '$1 == z && $5 != "dns" && $5 != "free" && !seen[$3]++ {print $3, $4}'
}

nginx_blockpage() { # the box speaks no TLS: a greeting is a bad request to it, and answered with the page too
	cat <<N
 server { listen $BLOCKPAGE4:80 default_server; listen [$BLOCKPAGE6]:80 default_server;
  listen $BOX4:80; listen [$BOX6]:80; listen $BOX4:443; listen [$BOX6]:443;
  error_page 400 403 /page; location / { return 403; }
  location = /page { return 403 '<html><head><title>M1-6</title></head><body><iframe src="http://$BLOCKPAGE4?type=Invalid Site&policy=MainPolicy"></iframe></body></html>'; } }
N
}

unbound_conf() { # V4 V6 then lines of its own server section on stdin
	cat <<U
server:
 username: ""
 chroot: ""
 directory: "$DIR"
 pidfile: ""
 use-syslog: no
 logfile: ""
 verbosity: 0
 num-threads: 1
 msg-cache-size: 1m
 rrset-cache-size: 1m
 module-config: "iterator"
 do-daemonize: no
 access-control: 0.0.0.0/0 allow
 access-control: ::0/0 allow
 cache-max-ttl: ${DNS_TTL:-5}
 cache-max-negative-ttl: 1
 infra-host-ttl: ${DNS_TTL:-5}
 unblock-lan-zones: yes
 interface: $1
 interface: $2
 outgoing-interface: $1
 outgoing-interface: $2
 local-zone: "test." nodefault
$(cat)
remote-control:
 control-enable: no
U
}

zone_data() { # ZONE: its names as local data
	hosts | awk -v z="$1" -v ttl="${DNS_TTL:-5}" '$1 == z {
		printf " local-data: \"%s. %s IN A %s\"\n local-data: \"%s. %s IN AAAA %s\"\n", $2, ttl, $3, $2, ttl, $4 }'
}

forward() { # ZONE=ADDRESS...
	local f
	for f; do
		printf 'forward-zone:\n name: "%s"\n forward-addr: %s\n' "${f%%=*}" "${f#*=}"
	done
}

public_resolver() { # knows every name there is, and offers DNS over TLS and HTTPS too
	unbound_conf "$PUBLIC_DNS4" "$PUBLIC_DNS6" <<U
 interface: $PUBLIC_DNS4@853
 interface: $PUBLIC_DNS4@443
 tls-service-key: "$DIR/pki/dns.example.key"
 tls-service-pem: "$DIR/pki/dns.example.pem"
 local-zone: "." static
 local-zone: "nin.test." transparent
$(zone_data world)
$(forward "nin.test.=$NIN_DNS4")
U
}

domestic_resolver() {
	unbound_conf "$NIN_DNS4" "$NIN_DNS6" <<U
 local-zone: "nin.test." static
$(zone_data nin)
$(forward ".=$PUBLIC_DNS4")
U
}

isp_resolver() { # ISP
	unbound_conf "$(resolver4 "$1")" "$(resolver6 "$1")" <<U
$(forward "nin.test.=$NIN_DNS4" ".=$PUBLIC_DNS4")
U
}
