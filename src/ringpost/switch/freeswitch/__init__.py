"""FreeSWITCH: through its event socket, its mod_xml_curl and its mod_json_cdr."""
