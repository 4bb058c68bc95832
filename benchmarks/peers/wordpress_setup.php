<?php
// php wordpress_setup.php FOLDER PASSWORD: makes the site that wp-config.php in FOLDER speaks of, as its installer does;
// prints the version of WordPress and, where the plugin is there, of WordPress Popular Posts.

[, $folder, $password] = $argv;
$_SERVER += ['HTTP_HOST' => '127.0.0.1', 'REQUEST_URI' => '/', 'SERVER_PROTOCOL' => 'HTTP/1.1', 'REQUEST_METHOD' => 'GET'];
define('WP_INSTALLING', true);
require "$folder/wp-load.php";
require_once ABSPATH . 'wp-admin/includes/upgrade.php';
require_once ABSPATH . 'wp-admin/includes/plugin.php';

// No letter to the editor: this machine sends none.
function wp_new_blog_notification() {}

wp_install('Báo Mẫu', 'editor', 'editor@example.com', true, '', $password);
update_option('permalink_structure', '/%postname%/');
// The next request makes the rules anew, with everything that is registered then.
delete_option('rewrite_rules');

$plugin = 'wordpress-popular-posts/wordpress-popular-posts.php';
$version = '';
if (file_exists(WP_PLUGIN_DIR . "/$plugin")) {
    $failed = activate_plugin($plugin);
    if (is_wp_error($failed)) {
        fwrite(STDERR, $failed->get_error_message());
        exit(1);
    }
    $version = get_plugin_data(WP_PLUGIN_DIR . "/$plugin", false)['Version'];
}
echo "\n", get_bloginfo('version'), " $version\n";
